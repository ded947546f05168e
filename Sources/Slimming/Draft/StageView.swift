import DockerfileSyntax

/// The Dockerfile seen from its last stage: what is built where, and what the image will be told.
struct StageView: Sendable {
    /// How the file can be rewritten.
    enum Shape: Sendable, Equatable {
        /// The last stage makes the files itself: it becomes a builder, and a new last stage follows.
        case single
        /// The last stage only copies from the stage of that index: it stays the last, on another base.
        case copying(from: Int)
    }

    /// The text and its nodes.
    let dockerfile: Dockerfile
    /// The same with its meaning.
    let parsed: ParsedDockerfile
    /// The last stage.
    let final: Stage
    /// The stage whose RUN steps build the project.
    let build: Stage
    /// Its index.
    let buildIndex: Int
    /// How the file can be rewritten.
    let shape: Shape
    /// Stages that the project's files ask for by name.
    let usedTargets: Set<String>
    /// What each FROM names, with the arguments in front of the first one in their places.
    private let baseNames: [String]
    /// Values of arguments in front of the first FROM, and of those that are given.
    private let givenArguments: [String: String]

    /// Looks at the last stage; nil when there is none.
    init?(
        _ dockerfile: Dockerfile, _ parsed: ParsedDockerfile, usedTargets: Set<String> = [],
        buildArguments: [String: String] = [:]
    ) {
        self.usedTargets = usedTargets
        let global = Self.globalArguments(parsed, buildArguments)
        baseNames = Self.expandedNames(parsed, global)
        givenArguments = global.merging(buildArguments) { $1 }
        guard let final = parsed.stages.last else { return nil }
        self.dockerfile = dockerfile
        self.parsed = parsed
        self.final = final
        let finalIndex = parsed.stages.count - 1
        var source: Int?
        var copiesOnly = true
        var setup = SetupSteps()
        for instruction in final.instructions {
            switch instruction.kind {
            case .add: copiesOnly = false
            // What only sets the stage up, every plan does in its own way.
            case .run(let run): if !setup.areAll(ShellScript(of: run.command)) { copiesOnly = false }
            case .copy(let copy):
                guard let from = copy.from else { continue }
                source = source ?? Self.stage(named: from, in: parsed, before: finalIndex)
            default: break
            }
        }
        if copiesOnly, let source {
            shape = .copying(from: source)
            buildIndex = source
        } else {
            shape = .single
            buildIndex = finalIndex
        }
        build = parsed.stages[buildIndex]
    }

    /// The stage that a name or number means.
    static func stage(named name: String, in parsed: ParsedDockerfile, before limit: Int) -> Int? {
        if let number = Int(name) { return number >= 0 && number < limit ? number : nil }
        return parsed.stages[..<limit].lastIndex { $0.name == name.lowercased() }
    }

    private static func globalArguments(
        _ parsed: ParsedDockerfile, _ buildArguments: [String: String]
    ) -> [String: String] {
        let expander = WordExpander(escape: parsed.escape)
        var values: [String: String] = [:]
        for argument in parsed.metaArgs.flatMap(\.arguments) {
            values[argument.name] =
                buildArguments[argument.name]
                ?? argument.defaultValue.flatMap { try? expander.expand($0, values).result }
        }
        return values
    }

    private static func expandedNames(_ parsed: ParsedDockerfile, _ values: [String: String]) -> [String] {
        let expander = WordExpander(escape: parsed.escape)
        return parsed.stages.map { stage in
            (try? expander.expand(stage.baseName, values)).flatMap { $0.unmatched.isEmpty ? $0.result : nil }
                ?? stage.baseName
        }
    }

    /// The image at the bottom of a stage, through stages of this file.
    func baseName(of index: Int) -> String {
        var index = index
        while let next = Self.stage(named: baseNames[index], in: parsed, before: index) { index = next }
        return baseNames[index]
    }

    /// The stages of this file that a stage is built on, the lowest first.
    func ancestors(of index: Int) -> [Stage] {
        var index = index
        var found: [Stage] = []
        while let next = Self.stage(named: baseNames[index], in: parsed, before: index) {
            index = next
            found.insert(parsed.stages[index], at: 0)
        }
        return found
    }

    /// The instructions of the build stage, behind those of the stages that it is built on.
    var buildInstructions: [Instruction] { (ancestors(of: buildIndex) + [build]).flatMap(\.instructions) }

    /// The instructions of the stages that the last stage is built on.
    var inheritedInstructions: [Instruction] { ancestors(of: parsed.stages.count - 1).flatMap(\.instructions) }

    /// All RUN steps of the build stage with their scripts; exec forms are joined.
    var runs: [(instruction: Instruction, script: ShellScript)] {
        buildInstructions.compactMap { instruction in
            guard case .run(let run) = instruction.kind else { return nil }
            return (instruction, ShellScript(of: run.command))
        }
    }

    /// The commands of all RUN steps.
    var commands: [ShellScript.Command] { runs.flatMap(\.script.commands) }

    /// Every CMD and ENTRYPOINT of the last stage.
    var commandLines: [(node: Int, keyword: String, line: CommandLine)] {
        final.instructions.compactMap { instruction in
            guard let node = instruction.nodeIndex else { return nil }
            return switch instruction.kind {
            case .cmd(let line): (node, "CMD", line)
            case .entrypoint(let line): (node, "ENTRYPOINT", line)
            default: nil
            }
        }
    }

    /// The last CMD and ENTRYPOINT of the last stage.
    var command: (entrypoint: CommandLine?, command: CommandLine?) {
        let lines = commandLines
        return (lines.last { $0.keyword == "ENTRYPOINT" }?.line, lines.last { $0.keyword == "CMD" }?.line)
    }

    /// The last stage's last CMD.
    var commandNode: Int? { commandLines.last { $0.keyword == "CMD" }?.node }

    /// The words of the image's command; of a shell line those of its first command, without `exec` and assignments.
    var commandWords: [String] {
        let (entrypoint, command) = command
        return [entrypoint, command].compactMap(\.self).flatMap { line in
            if line.isShellForm { return Self.firstCommand(line.words.joined(separator: " ")) }
            if line.words.count == 3, line.words[1] == "-c", Self.shells.contains(PathText.name(line.words[0])) {
                return Self.firstCommand(line.words[2])
            }
            return line.words
        }
    }

    private static let shells: Set<String> = ["sh", "bash", "ash", "dash"]

    private static func firstCommand(_ text: String) -> [String] {
        let words = ShellScript(text).commands.first?.program ?? []
        return Array(words.first == "exec" ? words.dropFirst() : words)
    }

    /// Whether the command needs a shell to be started, also in its exec form.
    var needsShell: Bool {
        if !CommandForm.canChange(self) { return true }
        let (entrypoint, command) = command
        return [entrypoint, command].compactMap(\.self).contains { line in
            let words = line.isShellForm ? line.words.first.flatMap(CommandForm.execWords) : line.words
            return words.map { Self.shells.contains(PathText.name($0.first ?? "")) } ?? true
        }
    }

    /// Where a stage begins.
    ///
    /// - Parameters:
    ///   - start: The working directory of its base.
    ///   - inherited: The base's variables.
    func place(start: String = "/", inherited: [String] = []) -> StagePlace {
        StagePlace(WordExpander(escape: parsed.escape), given: givenArguments, start: start, inherited: inherited)
    }

    /// Where the last stage's instructions leave the working directory.
    var workingDirectory: String { directory(inFrontOf: .max) }

    /// The working directory that an instruction of the last stage finds.
    func directory(inFrontOf node: Int) -> String {
        var place = place()
        for instruction in inheritedInstructions + final.instructions where (instruction.nodeIndex ?? 0) < node {
            place.follow(instruction)
        }
        return place.directory
    }

    /// The user that the last stage names last.
    var user: String? {
        var user: String?
        for instruction in final.instructions { if case .user(let name) = instruction.kind { user = name } }
        return user
    }

    /// Whether steps of the build stage run as somebody else than root, as far as the Dockerfile says.
    var buildsAsOther: Bool {
        var user = ""
        for instruction in buildInstructions {
            switch instruction.kind {
            case .user(let name): user = name
            case .run, .copy, .add: if !["", "root", "0"].contains(user.prefix { $0 != ":" }) { return true }
            default: break
            }
        }
        return false
    }

    /// A word without the quotes around it.
    func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }
}

extension ShellScript {
    /// The script of a RUN step; the words of an exec form are joined.
    init(of command: CommandLine) {
        let text = (command.words + command.files.map(\.data)).joined(separator: "\n")
        self.init(command.isShellForm ? text : command.words.joined(separator: " "))
    }
}

extension Instruction {
    /// What a COPY or ADD of the whole context says; nil for everything else.
    var wholeContext: SourcesAndDestination? {
        let paths: SourcesAndDestination
        switch kind {
        case .copy(let copy) where copy.from == nil: paths = copy.paths
        case .add(let add): paths = add.paths
        default: return nil
        }
        return paths.sources.contains { [".", "./", "/"].contains($0) } ? paths : nil
    }
}
