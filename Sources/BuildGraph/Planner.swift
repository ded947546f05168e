import DockerfileSyntax
import OCI

/// What planning gives: a plan, or the images whose configuration has to be known first.
public enum PlanningResult: Sendable {
    case plan(Plan)
    /// Configurations to load before the plan can be made; ask again with them.
    case needs([ImageInput])
}

/// Turns a parsed Dockerfile into a plan.
///
/// Planning is pure: the configurations of base images are handed in. Only what the target reaches is asked for, and
/// triggers of base images can ask for more, so the caller repeats until a plan comes back.
public struct Planner {
    let dockerfile: ParsedDockerfile
    let options: PlanOptions
    let images: [ImageInput: ImageConfig]
    let expander: WordExpander
    var globals: EnvironmentList
    var stages: [StageState] = []
    var indexByName: [String: Int] = [:]
    var epoch: Int64?

    /// Plans `dockerfile` with the image configurations known so far.
    ///
    /// - Throws: ``PlanError``, with the range of the instruction at fault.
    public static func plan(
        _ dockerfile: ParsedDockerfile, options: PlanOptions, images: [ImageInput: ImageConfig]
    ) throws(PlanError) -> PlanningResult {
        guard !dockerfile.stages.isEmpty else { throw PlanError(.noStages) }
        var planner = Planner(dockerfile: dockerfile, options: options, images: images)
        return try planner.run()
    }

    private init(dockerfile: ParsedDockerfile, options: PlanOptions, images: [ImageInput: ImageConfig]) {
        self.dockerfile = dockerfile
        self.options = options
        self.images = images
        expander = WordExpander(escape: dockerfile.escape)
        globals = EnvironmentList()
    }

    private mutating func run() throws(PlanError) -> PlanningResult {
        setPlatformArguments()
        try setGlobalArguments()
        try readEpoch()
        for (index, stage) in dockerfile.stages.enumerated() { try addStage(stage, index: index) }
        let target = try findTarget()
        for index in dockerfile.stages.indices { try linkCommands(of: index) }
        try rejectCycles()
        if stages.count == 1 { stages[0].displayName = "" }

        var reachable = reached(from: target)
        while true {
            let missing = missingImages(reachable)
            if !missing.isEmpty { return .needs(missing) }
            guard try addTriggers(reachable) else { break }
            reachable = reached(from: target)
        }
        for index in stages.indices where reachable.contains(index) && !stages[index].isDispatched {
            try dispatch(index)
        }
        return .plan(assemble(reachable, target: target))
    }

    // MARK: Global scope

    private mutating func setPlatformArguments() {
        let build = options.buildPlatform
        let target = options.targetPlatform
        let lastName = dockerfile.stages.last?.name ?? ""
        let targetName = options.target ?? lastName
        let defaults: [(String, String)] = [
            ("BUILDPLATFORM", build.description), ("BUILDOS", build.os), ("BUILDOSVERSION", build.osVersion ?? ""),
            ("BUILDARCH", build.architecture), ("BUILDVARIANT", build.variant ?? ""),
            ("TARGETPLATFORM", target.description), ("TARGETOS", target.os),
            ("TARGETOSVERSION", target.osVersion ?? ""), ("TARGETARCH", target.architecture),
            ("TARGETVARIANT", target.variant ?? ""), ("TARGETSTAGE", targetName.isEmpty ? "default" : targetName),
        ]
        for (name, value) in defaults { globals.set(name, options.buildArguments[name] ?? value) }
    }

    private mutating func setGlobalArguments() throws(PlanError) {
        for instruction in dockerfile.metaArgs {
            for argument in instruction.arguments {
                if let given = options.buildArguments[argument.name] {
                    globals.set(argument.name, given)
                } else if let value = argument.defaultValue {
                    globals.set(argument.name, try expand(value, globals, instruction.range))
                }
            }
        }
    }

    private mutating func readEpoch() throws(PlanError) {
        let text = options.buildArguments["SOURCE_DATE_EPOCH"] ?? globals.value("SOURCE_DATE_EPOCH") ?? ""
        guard !text.isEmpty else { return }
        guard let seconds = Int64(text) else { throw PlanError(.invalidEpoch(text)) }
        epoch = seconds
    }

    // MARK: Stages

    private mutating func addStage(_ stage: Stage, index: Int) throws(PlanError) {
        let baseName = try expand(stage.baseName, globals, stage.range)
        if baseName.isEmpty { throw PlanError(.blankBaseName(stage.baseName), range: stage.range) }

        var platform = options.targetPlatform
        if let written = stage.platform {
            let text = try expand(written, globals, stage.range)
            if text.isEmpty { throw PlanError(.emptyPlatform(written), range: stage.range) }
            do { platform = try Platform(parsing: text) } catch {
                throw PlanError(.invalidPlatform(text), range: stage.range)
            }
        }
        let namedContext = stage.name.flatMap { options.namedContexts[$0] == nil ? nil : $0 }
        let base: StageState.Base
        if let name = namedContext {
            base = try namedBase(name, platform: platform)
        } else if let earlier = indexByName[baseName] {
            base = .stage(earlier)
            if stage.platform == nil { platform = stages[earlier].platform }
        } else {
            base = try externalBase(baseName, platform: platform, range: stage.range)
        }
        // There is no image to choose, so a stage on scratch is for what is built for, whatever its FROM says.
        if case .scratch = base { platform = options.targetPlatform }
        var state = StageState(
            index: index, stage: stage, baseName: baseName, base: base, platform: platform,
            commands: stage.instructions.map { StageState.Command(instruction: $0, sources: []) },
            displayName: stage.name ?? "stage-\(index)", config: ImageConfig.empty(platform: platform))
        if namedContext != nil {
            // The context stands for the whole stage, so its instructions are not run.
            state.commands = []
        }
        state.commandTotal =
            (base.isExternal ? 1 : 0) + state.commands.count { Self.changesFileSystem($0.instruction.kind) }
        stages.append(state)
        if let name = stage.name { indexByName[name.lowercased()] = index }
    }

    static func changesFileSystem(_ kind: Instruction.Kind) -> Bool {
        switch kind {
        case .add, .copy, .run, .workdir: true
        default: false
        }
    }

    private func namedBase(_ name: String, platform: Platform) throws(PlanError) -> StageState.Base {
        if options.namedContexts[name] == .tree { return .tree(name) }
        do {
            let reference = try Reference(parsing: name).withDefaultTag
            return .image(ImageInput(reference: reference, namedContext: name, platform: platform))
        } catch {
            throw PlanError(.invalidBaseName(name, "\(error)"))
        }
    }

    /// A base that is not a stage: `scratch`, a named context or an image.
    func externalBase(_ name: String, platform: Platform, range: SourceRange?) throws(PlanError) -> StageState.Base {
        if name == "scratch" { return .scratch }
        let reference: Reference
        do { reference = try Reference(parsing: name).withDefaultTag } catch {
            throw PlanError(.invalidBaseName(name, "\(error)"), range: range)
        }
        var familiar = reference.familiar
        if familiar.hasSuffix(":latest") { familiar.removeLast(":latest".count) }
        switch options.namedContexts[familiar] {
        case .tree: return .tree(familiar)
        case .image: return .image(ImageInput(reference: reference, namedContext: familiar, platform: platform))
        case nil: return .image(ImageInput(reference: reference, platform: platform))
        }
    }

    private func findTarget() throws(PlanError) -> Int {
        guard let name = options.target, !name.isEmpty else { return stages.count - 1 }
        if let index = indexByName[name.lowercased()] { return index }
        let names = dockerfile.stages.compactMap(\.name)
        throw PlanError(.unknownTarget(name, suggestion: DockerfileSyntax.suggestion(for: name, among: names)))
    }

    // MARK: Links between stages

    private mutating func linkCommands(of index: Int) throws(PlanError) {
        for position in stages[index].commands.indices {
            let instruction = stages[index].commands[position].instruction
            let sources = try sourceStages(of: instruction)
            stages[index].commands[position].sources = sources
            for case .some(let source) in sources { stages[index].dependencies.insert(source) }
        }
    }

    /// The stages that an instruction reads; an image named by `from` becomes an implicit stage.
    mutating func sourceStages(of instruction: Instruction) throws(PlanError) -> [Int?] {
        switch instruction.kind {
        case .copy(let copy):
            guard let from = copy.from, !from.isEmpty else { return [] }
            guard try expand(from, EnvironmentList(), instruction.range) == from else {
                throw PlanError(.variableInFrom, range: instruction.range)
            }
            if let number = Int(from) {
                guard dockerfile.stages.indices.contains(number) else {
                    throw PlanError(.invalidStageIndex(from), range: instruction.range)
                }
                return [number]
            }
            return [try stage(named: from, range: instruction.range)]
        case .run(let run):
            var sources: [Int?] = []
            for mount in run.mounts {
                // All else may hold variables, and is read when their values are known.
                let source: String?
                do { source = try mount.from } catch {
                    throw PlanError(.invalidMount("\(error)"), range: mount.range)
                }
                guard let from = source else {
                    sources.append(nil)
                    continue
                }
                sources.append(try stage(named: from, range: mount.range))
            }
            return sources
        default:
            return []
        }
    }

    private mutating func stage(named name: String, range: SourceRange) throws(PlanError) -> Int {
        if let index = indexByName[name.lowercased()] { return index }
        let base = try externalBase(name, platform: options.targetPlatform, range: range)
        if let known = stages.firstIndex(where: { $0.isImplicit && $0.base == base }) { return known }
        let index = stages.count
        let stage = Stage(name: nil, baseName: name, original: "FROM \(name)", range: range, lines: 0...0)
        var state = StageState(
            index: index, stage: stage, baseName: name, base: base, platform: options.targetPlatform, commands: [],
            displayName: name, config: ImageConfig.empty(platform: options.targetPlatform))
        state.isImplicit = true
        state.commandTotal = 1
        stages.append(state)
        return index
    }

    private func rejectCycles() throws(PlanError) {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: stages.count)
        // Not recursive: a file may have more stages in a row than the stack has room for.
        var path: [(index: Int, next: [Int])] = []
        for start in stages.indices where marks[start] == .new {
            marks[start] = .open
            path = [(start, neighbours(of: start).reversed())]
            while let last = path.indices.last {
                guard let next = path[last].next.popLast() else {
                    marks[path.removeLast().index] = .done
                    continue
                }
                switch marks[next] {
                case .done: break
                case .open:
                    let cycle = path.map(\.index).drop { $0 != next } + [next]
                    throw PlanError(.circularDependency(stages[next].displayName), range: link(of: Array(cycle)))
                case .new:
                    marks[next] = .open
                    path.append((next, neighbours(of: next).reversed()))
                }
            }
        }
    }

    /// The last instruction of a cycle by which one of its stages reads the next; a FROM can only name an earlier one.
    private func link(of cycle: [Int]) -> SourceRange? {
        for (reader, source) in zip(cycle, cycle.dropFirst()).reversed() {
            let command = stages[reader].commands.first { $0.sources.contains(source) }
            if let command { return command.instruction.range }
        }
        return cycle.first.map { stages[$0].stage.range }
    }

    private func neighbours(of index: Int) -> [Int] {
        var result = stages[index].dependencies.sorted()
        if case .stage(let base) = stages[index].base { result.append(base) }
        return result
    }

    private func reached(from target: Int) -> Set<Int> {
        var reached: Set<Int> = []
        var pending = [target]
        while let index = pending.popLast() {
            guard reached.insert(index).inserted else { continue }
            pending += neighbours(of: index).filter { !reached.contains($0) }
        }
        return reached
    }

    private func missingImages(_ reachable: Set<Int>) -> [ImageInput] {
        var missing: [ImageInput] = []
        for index in reachable.sorted() {
            if case .image(let input) = stages[index].base, images[input] == nil, !missing.contains(input) {
                missing.append(input)
            }
        }
        return missing
    }

    // MARK: Triggers

    /// Puts the ONBUILD triggers of base images and base stages in front of their users' instructions.
    ///
    /// - Returns: true when a trigger reads another stage or image, so that reachability has to be computed again.
    private mutating func addTriggers(_ reachable: Set<Int>) throws(PlanError) -> Bool {
        var hasNewSources = false
        for index in reachable.sorted() where !stages[index].triggersAdded {
            stages[index].triggersAdded = true
            if stages[index].isImplicit { continue }
            var triggers: [String] = []
            switch stages[index].base {
            case .image(let input): triggers = images[input]?.config.onBuild ?? []
            case .stage(let base):
                triggers = stages[base].commands.compactMap {
                    if case .onbuild(let text) = $0.instruction.kind { text } else { nil }
                }
            case .scratch, .tree: break
            }
            var commands: [StageState.Command] = []
            for trigger in triggers {
                var instruction: Instruction
                do { instruction = try parseOnbuildTrigger(trigger, escape: "\\") } catch {
                    throw PlanError(.invalidTrigger("\(error)"), range: stages[index].stage.range)
                }
                instruction.range = stages[index].stage.range
                instruction.lines = stages[index].stage.lines
                let sources = try sourceStages(of: instruction)
                for case .some(let source) in sources {
                    stages[index].dependencies.insert(source)
                    hasNewSources = true
                }
                commands.append(StageState.Command(instruction: instruction, sources: sources, isTrigger: true))
            }
            stages[index].commands = commands + stages[index].commands
            stages[index].commandTotal += commands.count { Self.changesFileSystem($0.instruction.kind) }
        }
        return hasNewSources
    }

    // MARK: Result

    private func assemble(_ reachable: Set<Int>, target: Int) -> Plan {
        var order: [Int] = []
        func place(_ index: Int, _ order: inout [Int]) {
            guard reachable.contains(index), !order.contains(index) else { return }
            for next in neighbours(of: index).sorted() { place(next, &order) }
            order.append(index)
        }
        for index in stages.indices { place(index, &order) }
        var position: [Int: Int] = [:]
        for (new, old) in order.enumerated() { position[old] = new }
        let planned = order.map { old -> PlannedStage in
            var stage = PlannedStage(stages[old])
            stage.renumber { position[$0] ?? $0 }
            return stage
        }
        var plan = Plan(
            stages: planned, target: position[target] ?? 0, epoch: epoch, platform: options.targetPlatform)
        plan.finish(labels: options.labels, requested: options.platform)
        return plan
    }

    func expand(_ word: String, _ environment: EnvironmentList, _ range: SourceRange) throws(PlanError) -> String {
        do { return try expander.expand(word, environment).result } catch {
            throw PlanError(.expansion("\(error)"), range: range)
        }
    }
}

extension StageState.Base {
    /// Whether the base comes from outside the Dockerfile.
    var isExternal: Bool {
        switch self {
        case .image, .tree: true
        case .scratch, .stage: false
        }
    }
}
