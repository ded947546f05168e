import BuildGraph
import DockerfileSyntax
import OCI
import Sandbox
import Store

/// A finished build.
public struct BuildOutcome: Sendable {
    /// One image per platform, in the order asked for.
    public var images: [AssembledImage]
    /// What the names in the store or registry point to: the manifest, or the index of several platforms.
    public var descriptor: Descriptor?
}

/// Builds a Dockerfile: plan, execute, assemble, export.
public struct ImageBuild: Sendable {
    let options: BuildOptions
    let store: Store
    let registry: RegistryAccess
    let executor: any Executor
    let progress: Progress
    let scratch: ScratchSpace

    /// Prepares a build. Nothing happens until ``run()``.
    public init(
        options: BuildOptions, store: Store, registry: RegistryAccess, executor: any Executor, progress: Progress,
        scratch: ScratchSpace
    ) {
        self.options = options
        self.store = store
        self.registry = registry
        self.executor = executor
        self.progress = progress
        self.scratch = scratch
    }

    /// Runs the build.
    ///
    /// - Throws: ``BuildError``; `CancellationError` when the surrounding task was cancelled. Nothing is exported then,
    ///   no mount and no process is left, and the finished steps stay in the cache.
    public func run() async throws -> BuildOutcome {
        let dockerfile = try parse()
        let fetcher = LayerFetcher(store: store, registry: registry, progress: progress)
        let mounts = TreeMounts(scratch: scratch)
        let session = BuildSession(
            options: options, store: store, progress: progress, fetcher: fetcher, executor: executor, mounts: mounts,
            remotes: RemoteSources(store: store, scratch: scratch, progress: progress), scratch: scratch)
        let platforms: [Platform?] = options.platforms.isEmpty ? [nil] : options.platforms.map { $0 }
        do {
            let targets = try await withThrowingTaskGroup(of: (Int, BuiltTarget).self) { group in
                for (index, platform) in platforms.enumerated() {
                    group.addTask {
                        (index, try await build(dockerfile, platform: platform, session: session))
                    }
                }
                var targets: [Int: BuiltTarget] = [:]
                for try await (index, target) in group { targets[index] = target }
                return platforms.indices.compactMap { targets[$0] }
            }
            let outcome = try await Exporting(session: session, registry: registry, targets: targets).run()
            await mounts.unmountAll()
            return outcome
        } catch {
            await mounts.unmountAll()
            throw error
        }
    }

    private func parse() throws -> ParsedDockerfile {
        do {
            let dockerfile = try Dockerfile.parse(options.dockerfile.bytes, path: options.dockerfile.path)
            for warning in dockerfile.warnings { progress.send(.warning(warning)) }
            return try dockerfile.resolve()
        } catch {
            throw BuildError.dockerfile(error.diagnostic)
        }
    }

    // MARK: One platform

    private func build(
        _ dockerfile: ParsedDockerfile, platform: Platform?, session: BuildSession
    ) async throws -> BuiltTarget {
        let (plan, images) = try await plan(dockerfile, platform: platform, session: session)
        try requireEntitlements(plan)
        let bases = try await bases(of: plan, images: images)
        let definitions = try await StepDefinitions(session: session, plan: plan, bases: bases).compute()
        let run = StageGraphRun(session: session, plan: plan, definitions: definitions, bases: bases)
        let result = try await run.run()
        return BuiltTarget(
            plan: plan, images: images, result: result.target, steps: result.steps, remotes: plan.remotes(definitions))
    }

    /// Plans, loading the configurations of base images as the planner asks for them.
    private func plan(
        _ dockerfile: ParsedDockerfile, platform: Platform?, session: BuildSession
    ) async throws -> (Plan, [ImageInput: ResolvedImage]) {
        let resolver = BaseImageResolver(
            store: store, registry: registry, fetcher: session.fetcher, progress: progress,
            namedContexts: options.namedContexts, pullsAlways: options.pullsAlways)
        var images: [ImageInput: ResolvedImage] = [:]
        while true {
            let result: PlanningResult
            do {
                result = try Planner.plan(
                    dockerfile, options: planOptions(platform), images: images.mapValues(\.config))
            } catch {
                throw BuildError.dockerfile(Diagnostic(severity: .error, message: "\(error)", range: error.range))
            }
            switch result {
            case .plan(let plan):
                return (plan, images)
            case .needs(let inputs):
                let resolved = try await withThrowingTaskGroup(of: (ImageInput, ResolvedImage).self) { group in
                    for input in inputs {
                        group.addTask {
                            do { return (input, try await resolver.resolve(input)) } catch is CancellationError {
                                throw CancellationError()
                            } catch {
                                throw BuildError.image(
                                    name: input.reference.familiar,
                                    range: place(of: input, in: dockerfile), reason: "\(error)",
                                    remedy: meantStage(input, in: dockerfile) ?? Remedy.text(for: error))
                            }
                        }
                    }
                    var resolved: [ImageInput: ResolvedImage] = [:]
                    for try await (input, image) in group { resolved[input] = image }
                    return resolved
                }
                images.merge(resolved) { _, new in new }
            }
        }
    }

    /// A stage that was probably meant by the name of an image that cannot be had.
    private func meantStage(_ input: ImageInput, in dockerfile: ParsedDockerfile) -> String? {
        let stages = dockerfile.stages.compactMap(\.name)
        let name = input.reference.familiar.split(separator: ":").first.map(String.init) ?? ""
        return suggestion(for: name, among: stages).map { "did you mean the stage \($0)?" }
    }

    /// The line that names a base image, for messages.
    private func place(of input: ImageInput, in dockerfile: ParsedDockerfile) -> SourceRange? {
        for stage in dockerfile.stages {
            if let reference = try? Reference(parsing: stage.baseName).withDefaultTag, reference == input.reference {
                return stage.range
            }
            for instruction in stage.instructions {
                if case .copy(let copy) = instruction.kind, let from = copy.from,
                    let reference = try? Reference(parsing: from).withDefaultTag, reference == input.reference
                {
                    return instruction.range
                }
            }
        }
        return nil
    }

    private func planOptions(_ platform: Platform?) -> PlanOptions {
        var plan = PlanOptions(buildPlatform: Platform.host)
        plan.target = options.target
        plan.buildArguments = options.buildArguments
        plan.labels = options.labels
        plan.platform = platform
        plan.ignoresCache = options.ignoresCache
        plan.uncachedStages = options.uncachedStages
        plan.namedContexts = options.namedContexts.mapValues { context in
            switch context {
            case .directory: .tree
            case .image, .layout: .image
            }
        }
        plan.showsPlatform = options.platforms.count > 1
        return plan
    }

    /// What a step may only do when the command line permits it is refused before anything runs.
    private func requireEntitlements(_ plan: Plan) throws {
        for step in plan.stages.flatMap(\.steps) {
            guard case .run(let run) = step.kind else { continue }
            for (isAsked, isAllowed, name) in [
                (run.security == .insecure, options.run.allowsInsecure, "security.insecure"),
                (run.network == .host, options.run.allowsHostNetwork || options.run.network == .host, "network.host"),
            ] where isAsked && !isAllowed {
                throw BuildError.stepFailed(
                    step: FailedStep(step), reason: "\(name) is not allowed", remedy: "permit it with --allow \(name)")
            }
        }
    }

    /// Where each stage of the plan starts: layers of its base image, or nothing.
    private func bases(
        of plan: Plan, images: [ImageInput: ResolvedImage]
    ) async throws -> [StageGraphRun.BaseState] {
        var bases: [StageGraphRun.BaseState] = []
        for stage in plan.stages {
            var key = CacheKey(kind: "base")
            var base = StageGraphRun.BaseState(state: TreeState(), key: key.digest, newestInput: 0, tree: nil)
            switch stage.base {
            case .scratch, .stage:
                break
            case .image(let input):
                guard let image = images[input] else { break }
                key.add("layer", image.config.diffIDs.map(\.description))
                base.state.layers = image.layers.map { .image($0) }
                // Some tools write the year 1, which no file can have been made in.
                base.newestInput = InputTime.bounded(image.config.created.flatMap(Timestamp.seconds(_:)) ?? 0)
            case .tree(let name):
                guard case .directory(let directory)? = options.namedContexts[name] else { break }
                let inputs = try await blocking { try InputDigests(store: store).digest(of: directory) }
                for part in inputs.keyParts { key.add(part.name, part.value) }
                base.newestInput = inputs.newestInput
                base.tree = directory
            }
            base.key = key.digest
            bases.append(base)
        }
        return bases
    }
}

/// A target that has been built for one platform.
struct BuiltTarget: Sendable {
    var plan: Plan
    /// The base images.
    var images: [ImageInput: ResolvedImage]
    var result: StageResult
    /// What is known of the steps of each stage of the plan.
    var steps: [[StepResult?]]
    /// What ADD fetched from elsewhere.
    var remotes: [RemoteMaterial]

    var stage: PlannedStage { plan.stages[plan.target] }
}
