import BuildContext
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Running
import Sandbox
import Store

/// What is asked for.
public struct SlimOptions: Sendable {
    /// The project's directory.
    public var context: String
    /// The Dockerfile's path as it is shown, and its bytes.
    public var dockerfile: DockerfileSource
    /// The path of the Dockerfile's own file, beside which an ignore file may lie.
    public var file: String?
    /// How images are tested.
    public var smoke = SmokeOptions()
    /// Whether anything is built.
    public var builds = true
    /// `--build-arg`.
    public var buildArguments: [String: String] = [:]
    /// The network of RUN steps.
    public var network: Run.Network = .default
    /// Whether reasons are written into the Dockerfile.
    public var comments = false

    /// Slims the Dockerfile of a project.
    public init(context: String, dockerfile: DockerfileSource) {
        self.context = context
        self.dockerfile = dockerfile
    }
}

/// Makes a Dockerfile lean and proves it.
public struct SlimSession: Sendable {
    let options: SlimOptions
    let bench: Workbench?
    let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - options: What is asked for.
    ///   - bench: Builds and runs images; nil when nothing is to be built.
    ///   - say: Gets a line for people at each stage of the work.
    public init(_ options: SlimOptions, bench: Workbench?, say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.bench = bench
        self.say = say
    }

    /// Does it.
    ///
    /// - Throws: ``BuildError`` for a Dockerfile that cannot be read; ``SlimmingError``.
    public func run() async throws -> SlimReport {
        let (dockerfile, parsed) = try parse(options.dockerfile.bytes)
        let project = ProjectTree(root: options.context)
        guard let view = StageView(dockerfile, parsed) else {
            throw SlimmingError.originalFails(reason: "it has no stage")
        }
        var report = SlimReport()
        report.dockerfile = String(decoding: options.dockerfile.bytes, as: UTF8.self)
        let ignore = try IgnoreFile.find(contextDirectory: options.context, dockerfile: options.file)
        let existing = project.text(".dockerignore")
        let leave = Classification.reasonToLeaveAlone(view, project, name: options.dockerfile.path)
        guard let bench, options.builds else {
            return try unproved(view, project, leave, report)
        }
        let proof = Proof(
            options: options, bench: bench, view: view, project: project, ignore: ignore?.patterns ?? [],
            existing: existing, say: say)
        return try await proof.run(leave: leave, report)
    }

    private func parse(_ bytes: [UInt8]) throws -> (Dockerfile, ParsedDockerfile) {
        do {
            let dockerfile = try Dockerfile.parse(bytes, path: options.dockerfile.path)
            return (dockerfile, try dockerfile.resolve())
        } catch {
            throw BuildError.dockerfile(error.diagnostic)
        }
    }

    /// Without a build there is no evidence: only what is right in any case.
    private func unproved(_ view: StageView, _ project: ProjectTree, _ leave: String?, _ report: SlimReport) throws
        -> SlimReport
    {
        var report = report
        let draft = Hygiene.draft(view)
        report.dockerfile = String(decoding: try draft.text(), as: UTF8.self)
        report.steps = draft.steps
        report.dockerignore = IgnoreFileDraft.text(view, project, existing: project.text(".dockerignore"))
        report.reason = leave.map { "left in its stages: \($0)" } ?? "nothing was built, so nothing is proved"
        return report
    }
}

/// Builds and tests the original and what could take its place.
struct Proof: Sendable {
    let options: SlimOptions
    let bench: Workbench
    let view: StageView
    let project: ProjectTree
    let ignore: [String]
    let existing: String?
    let say: @Sendable (String) -> Void

    private var smoke: SmokeTest {
        SmokeTest(
            options: options.smoke, locator: bench.locator, store: bench.store, executor: bench.executor,
            scratch: bench.scratch)
    }

    private func name(_ tag: String) -> String {
        let directory = options.context.split(separator: "/").last.map(String.init) ?? "app"
        let safe = String(directory.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        let trimmed = safe.split(separator: "-").joined(separator: "-")
        return "localhost/whittle-slim/\(trimmed.isEmpty ? "app" : trimmed):\(tag)"
    }

    func run(leave: String?, _ report: SlimReport) async throws -> SlimReport {
        var report = report
        say("building the original")
        let before: Workbench.Built
        do {
            before = try await build(options.dockerfile.bytes, ignore: ignore, tag: "before")
        } catch let error as BuildError {
            throw SlimmingError.originalFails(reason: error.description)
        }
        let image = try await MountedImage(
            before.found, locator: bench.locator, store: bench.store, scratch: bench.scratch, name: "before")
        defer { image.unmount() }
        say("testing the original")
        let reference = try await smoke.run(before.found, records: leave == nil, reference: nil)
        report.proof = reference.kind
        report.before = try await measure(before, reference, tag: "before")
        guard reference.passed else {
            let failure = "the original does not pass its own test: \(reference.reason ?? "no reason")"
            report.reason = leave.map { "left in its stages: \($0); \(failure)" } ?? failure
            return report
        }
        if let leave { return try await hygiene(leave, report, reference) }

        let base = try await baseImage()
        defer { base?.unmount() }
        let evidence = evidence(image, base, reference)
        var observed = SlimReport.Observed()
        observed.programs = evidence.programs.sorted()
        observed.ports = evidence.observation.ports.sorted()
        observed.written = evidence.writtenDirectories
        observed.opened = evidence.observation.recordedFiles ? evidence.observation.opened.count : nil
        report.observed = observed
        let situation = Situation(view: view, project: project, evidence: evidence)
        let plans = Recipes.all.flatMap { $0.plans(for: situation) }
        guard !plans.isEmpty else {
            return try await hygiene("no recipe knows how to take this build apart", report, reference)
        }
        for plan in Ladder.rungs(plans) {
            try Task.checkCancellation()
            if let done = try await attempt(plan, situation, reference, report, &report.rejected) { return done }
        }
        let rejected = report.rejected
        report = try await hygiene(
            "the original is best: \(rejected.last ?? "nothing smaller works")", report, reference)
        report.rejected = rejected
        // Nothing to propose is no success.
        if report.steps.isEmpty { report.accepted = false }
        return report
    }

    // MARK: One way

    private func attempt(
        _ plan: RuntimePlan, _ situation: Situation, _ reference: SmokeResult, _ report: SlimReport,
        _ rejected: inout [String]
    ) async throws -> SlimReport? {
        var plan = plan
        var base: String?
        for candidate in plan.bases where await bench.exists(candidate) {
            base = candidate
            break
        }
        guard let base else {
            rejected.append("\(plan.name): none of \(plan.bases.joined(separator: ", ")) can be had")
            return nil
        }
        say("trying \(plan.name) on \(base)")
        if base != "scratch", !plan.isInPlace || base != view.baseName(of: view.buildIndex) {
            try await addPackages(&plan, situation, base: base)
        }
        if let evidence = situation.evidence, evidence.config.exposedPorts.isEmpty, options.smoke.inside == nil {
            plan.ports = evidence.observation.ports.sorted()
        }
        if let evidence = situation.evidence {
            plan.written = evidence.writtenDirectories
            plan.hasPrivateFiles = Self.hasPrivateFiles(evidence.image, below: situation.applicationDirectory)
        }
        if options.comments { plan.addComments(situation.view) }
        let draft = Composer(view: view, plan: plan, base: base).compose()
        let text: [UInt8]
        let lean: Dockerfile
        do {
            text = try draft.text()
            lean = try Dockerfile.parse(text, path: options.dockerfile.path)
            _ = try lean.resolve()
        } catch {
            rejected.append("\(plan.name): the edits do not fit together: \(error)")
            return nil
        }
        let ignoreText = IgnoreFileDraft.text(view, project, existing: existing)
        let patterns = ignoreText.map { IgnoreFile.parse(Array($0.utf8)) } ?? ignore
        let built: Workbench.Built
        do {
            built = try await build(text, ignore: patterns, tag: "after")
        } catch let error as BuildError {
            rejected.append("\(plan.name): it does not build: \(error.description)")
            say("  does not build: \(error.description)")
            return nil
        }
        let difference = ConfigComparison.differences(
            situation.evidence?.config ?? ContainerConfig(), built.image.config.config,
            base: situation.evidence?.baseConfig ?? ContainerConfig(), buildOnly: plan.buildOnlyVariables,
            allowsOtherSignal: plan.changesServer)
        guard difference.isEmpty else {
            rejected.append("\(plan.name): \(difference.joined(separator: "; "))")
            say("  " + difference.joined(separator: "; "))
            return nil
        }
        let result = try await smoke.run(built.found, records: false, reference: reference)
        guard result.passed else {
            rejected.append(
                "\(plan.name)\(plan.user == nil ? "" : " as \(plan.user?.ids ?? "")"): \(result.reason ?? "the test fails")"
            )
            say("  does not pass: \(result.reason ?? "the test fails")")
            return nil
        }
        var report = report
        report.after = try await measure(built, result, tag: "after")
        guard report.after.size < report.before.size else {
            rejected.append("\(plan.name): it is not smaller")
            return nil
        }
        report.dockerfile = String(decoding: text, as: UTF8.self)
        report.dockerignore = ignoreText
        report.steps = draft.steps.sorted { $0.line < $1.line }
        report.rejected = rejected
        report.accepted = true
        report.variant = plan.name
        report.reductionPercent = Self.reduction(report.before.size, report.after.size)
        return report
    }

    /// Only what is right in every Dockerfile, proved by the same test.
    private func hygiene(_ reason: String, _ report: SlimReport, _ reference: SmokeResult) async throws -> SlimReport {
        var report = report
        report.reason = "left in its stages: \(reason)"
        let draft = Hygiene.draft(view)
        let text = try draft.text()
        let ignoreText = IgnoreFileDraft.text(view, project, existing: existing)
        say("left in its stages: \(reason)")
        let built = try await build(
            text, ignore: ignoreText.map { IgnoreFile.parse(Array($0.utf8)) } ?? ignore, tag: "after")
        let result = try await smoke.run(built.found, records: false, reference: reference)
        report.after = try await measure(built, result, tag: "after")
        guard result.passed else { return report }
        report.dockerfile = String(decoding: text, as: UTF8.self)
        report.steps = draft.steps
        report.dockerignore = ignoreText
        report.accepted = true
        report.reductionPercent = Self.reduction(report.before.size, report.after.size)
        return report
    }

    // MARK: Parts

    /// Whether the application has files that only their owner can read.
    private static func hasPrivateFiles(_ image: RootView, below directory: String) -> Bool {
        guard directory != "/" else { return false }
        return image.files(below: directory, limit: 20_000).contains { path in
            guard !path.contains("/node_modules/"), !path.contains("/.git/") else { return false }
            var status = stat()
            return lstat(image.directory + path, &status) == 0 && status.st_mode & 0o004 == 0
        }
    }

    private func build(_ text: [UInt8], ignore: [String], tag: String) async throws -> Workbench.Built {
        try await bench.build(
            text, path: options.dockerfile.path, context: options.context, ignore: ignore, options: options,
            name: name(tag))
    }

    private func baseImage() async throws -> MountedImage? {
        let base = view.baseName(of: view.parsed.stages.count - 1)
        guard base != "scratch", !base.contains("$") else { return nil }
        return try await MountedImage(
            try await bench.image(base), locator: bench.locator, store: bench.store, scratch: bench.scratch,
            name: "base")
    }

    private func evidence(_ image: MountedImage, _ base: MountedImage?, _ reference: SmokeResult) -> Evidence {
        let count = base?.layers.count ?? 0
        return Evidence(
            observation: reference.observation, image: image.root,
            base: base?.root ?? RootView(directory: "/nonexistent"),
            config: image.found.image.config.config, baseConfig: base?.found.image.config.config ?? ContainerConfig(),
            added: AddedFiles.list(Array(image.layers.dropFirst(count))))
    }

    /// Installs on the new base what the application loads or starts and the base lacks.
    private func addPackages(_ plan: inout RuntimePlan, _ situation: Situation, base: String) async throws {
        guard let evidence = situation.evidence, evidence.image.kind("/var/lib/dpkg/status") == .file else { return }
        let target = try await MountedImage(
            try await bench.image(base), locator: bench.locator, store: bench.store, scratch: bench.scratch,
            name: "target-\(UInt64.random(in: 0...UInt64.max))")
        defer { target.unmount() }
        guard target.root.kind("/var/lib/dpkg/status") == .file else { return }
        var packages = RuntimePackages.missing(
            situation, evidence, target: target.root, provided: plan.provided)
        if plan.isInPlace {
            // The stage's own steps install these here as well.
            let own = DpkgDatabase(evidence.image).packages.subtracting(DpkgDatabase(evidence.base).packages)
            packages.removeAll(where: own.contains)
        }
        guard !packages.isEmpty else { return }
        plan.setup.append(
            "RUN apt-get update && apt-get install -y --no-install-recommends \(packages.joined(separator: " ")) \\\n    && rm -rf /var/lib/apt/lists/*"
        )
        plan.steps.append(
            situation.step(
                "runtime-packages", at: situation.fromNode,
                "loaded or started at run time and not in the new base: \(packages.joined(separator: ", "))"))
    }

    private func measure(_ built: Workbench.Built, _ result: SmokeResult, tag: String) async throws
        -> SlimReport.Image
    {
        var image = SlimReport.Image()
        image.size = built.image.uncompressedSize
        image.compressedSize = built.image.manifest.layers.reduce(0) { $0 + $1.size }
        image.layers = built.image.manifest.layers.count
        let counts = try await bench.counts(name(tag))
        image.packages = counts.packages
        image.findings = counts.findings.map { $0.values.reduce(0, +) }
        image.findingsBySeverity = counts.findings
        image.user = built.image.config.config.user
        image.smoke = result.passed ? "passed" : "failed"
        image.startMilliseconds = result.startTime
        image.stopMilliseconds = result.stopTime
        image.killed = result.stopTime == nil ? nil : result.wasKilled
        image.ref = name(tag)
        return image
    }

    private static func reduction(_ before: Int64, _ after: Int64) -> Double {
        guard before > 0 else { return 0 }
        return (Double(before - after) / Double(before) * 1000).rounded() / 10
    }
}
