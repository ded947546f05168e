import DockerfileSyntax

/// Goes through what a target reaches, and notes what can be told from outside.
struct OutlineCollector {
    let dockerfile: ParsedDockerfile
    let options: PlanOptions
    let expander: WordExpander
    var arguments: [Outline.Argument] = []
    var secrets: [Outline.Mount] = []
    var agents: [Outline.Mount] = []
    private var globals = EnvironmentList()
    private var globalArguments: [String: Outline.Argument] = [:]
    /// The arguments that a global argument's default is made of.
    private var globalSources: [String: Set<String>] = [:]
    private var visited: Set<Int> = []

    init(dockerfile: ParsedDockerfile, options: PlanOptions) {
        self.dockerfile = dockerfile
        self.options = options
        expander = WordExpander(escape: dockerfile.escape)
    }

    mutating func readGlobals() throws(PlanError) {
        for (name, value) in [
            ("BUILDPLATFORM", options.buildPlatform.description),
            ("TARGETPLATFORM", options.targetPlatform.description),
            ("BUILDOS", options.buildPlatform.os), ("TARGETOS", options.targetPlatform.os),
            ("BUILDARCH", options.buildPlatform.architecture), ("TARGETARCH", options.targetPlatform.architecture),
            ("BUILDVARIANT", options.buildPlatform.variant ?? ""),
            ("TARGETVARIANT", options.targetPlatform.variant ?? ""),
        ] { globals.set(name, options.buildArguments[name] ?? value) }
        for instruction in dockerfile.metaArgs {
            for argument in instruction.arguments {
                var value = options.buildArguments[argument.name]
                if value == nil, let text = argument.defaultValue {
                    let expansion = try expand(text, globals, instruction.range)
                    value = expansion.result
                    globalSources[argument.name] = expansion.matched
                }
                if let value { globals.set(argument.name, value) }
                globalArguments[argument.name] = Outline.Argument(
                    name: argument.name,
                    description: documentation(of: argument.name, in: instruction.precedingComments),
                    value: value, location: SourceLocation(instruction.lines))
            }
        }
    }

    /// Notes what a stage and those that it reads can be told.
    mutating func visit(_ target: Int) throws(PlanError) {
        var pending = [target]
        while let index = pending.popLast() {
            guard visited.insert(index).inserted else { continue }
            let stage = dockerfile.stages[index]
            let base = try expand(stage.baseName, globals, stage.range)
            useGlobals(base.matched)
            if let platform = stage.platform { useGlobals(try expand(platform, globals, stage.range).matched) }
            var environment = EnvironmentList()
            for instruction in stage.instructions {
                try read(instruction, &environment)
                pending += stages(readBy: instruction)
            }
            if let earlier = stageIndex(base.result, before: index) { pending.append(earlier) }
        }
    }

    private mutating func read(_ instruction: Instruction, _ environment: inout EnvironmentList) throws(PlanError) {
        switch instruction.kind {
        case .env(let pairs):
            for pair in pairs {
                let name = try expand(pair.key, environment, instruction.range).result
                environment.set(name, try expand(pair.value, environment, instruction.range).result)
            }
        case .arg(let declared):
            for argument in declared {
                var value = options.buildArguments[argument.name]
                if value == nil, let text = argument.defaultValue {
                    value = try expand(text, environment, instruction.range).result
                }
                if value == nil, argument.defaultValue == nil, globals.value(argument.name) != nil {
                    if let inherited = globals.value(argument.name) { environment.set(argument.name, inherited) }
                    useGlobals([argument.name])
                    continue
                }
                if let value { environment.set(argument.name, value) }
                add(
                    Outline.Argument(
                        name: argument.name,
                        description: documentation(of: argument.name, in: instruction.precedingComments), value: value,
                        location: SourceLocation(instruction.lines)))
            }
        case .run(let run):
            for mount in run.mounts {
                let parsed: ParsedRunMount
                do { parsed = try mount.parse(expanding: { $0 }) } catch {
                    throw PlanError(.invalidMount("\(error)"), range: mount.range)
                }
                let location = SourceLocation(instruction.lines)
                switch parsed.kind {
                case .secret:
                    let id = parsed.source ?? parsed.id ?? parsed.target.map { AbsolutePath.base($0) } ?? ""
                    note(id, parsed.required, location, in: &secrets)
                case .ssh: note(parsed.id ?? "default", parsed.required, location, in: &agents)
                default: break
                }
            }
        default: break
        }
    }

    private func note(
        _ name: String, _ isRequired: Bool, _ location: SourceLocation, in list: inout [Outline.Mount]
    ) {
        guard !list.contains(where: { $0.name == name }) else { return }
        list.append(Outline.Mount(name: name, required: isRequired ? true : nil, location: location))
        list.sort { $0.location.firstLine < $1.location.firstLine }
    }

    private mutating func useGlobals(_ names: Set<String>) {
        var pending = names.sorted()
        var seen: Set<String> = []
        while let name = pending.popLast() {
            guard seen.insert(name).inserted, let argument = globalArguments[name] else { continue }
            add(argument)
            pending += globalSources[name] ?? []
        }
    }

    private mutating func add(_ argument: Outline.Argument) {
        if !arguments.contains(where: { $0.name == argument.name }) { arguments.append(argument) }
    }

    private func stages(readBy instruction: Instruction) -> [Int] {
        let names: [String]
        switch instruction.kind {
        case .copy(let copy): names = [copy.from].compactMap { $0 }
        case .run(let run): names = run.mounts.compactMap { (try? $0.parse(expanding: { $0 }))?.from }
        default: names = []
        }
        return names.compactMap { name in
            if let number = Int(name), dockerfile.stages.indices.contains(number) { return number }
            return stageIndex(name, before: dockerfile.stages.count)
        }
    }

    private func stageIndex(_ name: String, before limit: Int) -> Int? {
        dockerfile.stages[..<limit].lastIndex { $0.name == name.lowercased() }
    }

    private func expand(
        _ word: String, _ environment: EnvironmentList, _ range: SourceRange
    ) throws(PlanError) -> WordExpander.Expansion {
        do { return try expander.expand(word, environment) } catch {
            throw PlanError(.expansion("\(error)"), range: range)
        }
    }
}
