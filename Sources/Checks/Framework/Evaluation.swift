import DockerfileSyntax

/// What an instruction's words come to with the variables in scope, default values of arguments taken.
public struct EvaluatedInstruction: Sendable {
    /// The words that are expanded, in the order in which BuildKit expands them. A word that cannot be expanded stays as
    /// it is written.
    public var words: [String] = []
    /// Variables that a word refers to and that nothing defines, each with the names that are defined. One entry for
    /// each word that refers to it. Empty for stages whose base image's variables are not known.
    var undefined: [(name: String, known: [String])] = []
    /// The stage's state in front of the instruction.
    public var state = StageState()
}

/// What has been set in a stage so far, by the base image or by instructions.
public struct StageState: Sendable {
    /// Variables, those of arguments included.
    public var environment: [String: String] = [:]
    /// Arguments that are declared in the stage, with or without value.
    public var arguments: Set<String> = []
    /// SHELL; nil when it is not set.
    public var shell: [String]?
    /// WORKDIR; nil when it is not known.
    public var workingDirectory: String?
    /// True when this file sets WORKDIR.
    public var setsWorkingDirectory = false
    /// USER, empty when it is not set; nil when it is not known.
    public var user: String?
    /// False when the base image's configuration is not known.
    public var isBaseKnown = false
}

/// All instructions with their words expanded: what BuildKit would see.
public struct Evaluation: Fact {
    private var instructions: [Int: EvaluatedInstruction] = [:]
    /// The state at the end of each stage.
    public private(set) var ends: [StageState] = []
    /// Arguments before the first FROM with their values; those of the platform included.
    let globals: [String: String]

    /// Variables that BuildKit defines in front of the first FROM.
    static func platformArguments(_ platform: String?) -> [String: String] {
        guard let platform, platform != usualPlatform else { return usualPlatformArguments }
        return arguments(for: platform)
    }

    private static let usualPlatform = "linux/amd64"
    private static let usualPlatformArguments = arguments(for: usualPlatform)

    private static func arguments(for platform: String) -> [String: String] {
        let parts = platform.split(separator: "/").map(String.init)
        var values: [String: String] = [:]
        for prefix in ["BUILD", "TARGET"] {
            values[prefix + "PLATFORM"] = platform
            values[prefix + "OS"] = parts.first ?? ""
            values[prefix + "OSVERSION"] = ""
            values[prefix + "ARCH"] = parts.count > 1 ? parts[1] : ""
            values[prefix + "VARIANT"] = parts.count > 2 ? parts[2] : ""
        }
        values["TARGETSTAGE"] = "default"
        return values
    }

    static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Evaluates a file.
    public init(_ context: CheckContext) {
        globals = Evaluation.platformArguments(context.inputs.platform)
            .merging(StageGraph.defaults(context.parsed)) { $1 }
        for facts in context.stages {
            var state: StageState
            switch facts.base {
            case .stage(let index): state = ends.indices.contains(index) ? ends[index] : StageState()
            case .scratch:
                state = StageState(
                    environment: ["PATH": Evaluation.defaultPath], workingDirectory: "/", user: "", isBaseKnown: true)
            case .image(let name):
                state = StageState()
                if let base = context.inputs.baseImages?.configuration(of: name) {
                    state = StageState(
                        environment: base.environment, shell: base.shell,
                        workingDirectory: base.workingDirectory.isEmpty ? "/" : base.workingDirectory,
                        user: base.user, isBaseKnown: true)
                }
            }
            for instruction in facts.instructions {
                var stepper = Stepper(state: state, escape: context.parsed.escape, globals: globals)
                stepper.step(instruction)
                if let index = instruction.nodeIndex { instructions[index] = stepper.result }
                state = stepper.state
            }
            ends.append(state)
        }
    }

    /// An instruction with its words expanded; nil for one that is not in the file.
    public subscript(_ instruction: Instruction) -> EvaluatedInstruction? {
        instruction.nodeIndex.flatMap { instructions[$0] }
    }
}

/// Evaluates one instruction.
private struct Stepper {
    var state: StageState
    let escape: Character
    let globals: [String: String]
    var result = EvaluatedInstruction()

    mutating func step(_ instruction: Instruction) {
        result.state = state
        switch instruction.kind {
        case .add(let add): paths(add.paths, flags: [add.chown, add.chmod, add.checksum])
        case .copy(let copy): paths(copy.paths, flags: [copy.chown, copy.chmod])
        case .arg(let arguments): declare(arguments)
        case .env(let pairs):
            // All values are expanded before the first one is set.
            let expanded = pairs.map { (expand($0.key), expand($0.value)) }
            for (key, value) in expanded { state.environment[key] = value }
        case .label(let pairs):
            for pair in pairs {
                expand(pair.key)
                expand(pair.value)
            }
        case .run(let run):
            for mount in run.mounts { _ = try? mount.parse { self.expand($0) } }
        case .user(let user): state.user = expand(user)
        case .volume(let volumes): for volume in volumes { expand(volume) }
        case .stopsignal(let signal): expand(signal)
        case .shell(let words): state.shell = words
        case .workdir(let path):
            let path = expand(path)
            state.workingDirectory = StagePath.resolve(path, in: state.workingDirectory)
            state.setsWorkingDirectory = true
        case .cmd, .entrypoint, .expose, .healthcheck, .maintainer, .onbuild: break
        }
    }

    private mutating func declare(_ arguments: [DockerfileSyntax.Argument]) {
        for argument in arguments {
            var value = argument.defaultValue.map { expand($0) }
            if value == nil { value = globals[argument.name] }
            if let value { state.environment[argument.name] = value }
            state.arguments.insert(argument.name)
        }
    }

    private mutating func paths(_ paths: SourcesAndDestination, flags: [String?]) {
        for flag in flags { if let flag { _ = expanded(flag) } }
        for source in paths.sources { expand(source) }
        expand(paths.destination)
        for file in paths.inlineFiles where file.expands {
            _ = expanded(file.data, WordExpander(escape: "\\", ignoresQuotes: true))
        }
    }

    /// Expands a word and keeps it.
    @discardableResult
    private mutating func expand(_ word: String) -> String {
        let text = expanded(word)
        result.words.append(text)
        return text
    }

    private mutating func expanded(_ word: String, _ expander: WordExpander? = nil) -> String {
        let expander = expander ?? WordExpander(escape: escape)
        guard let expansion = try? expander.expand(word, state.environment) else { return word }
        if state.isBaseKnown, !expansion.unmatched.isEmpty {
            let known = state.environment.names
            for name in expansion.unmatched.sorted() where !state.arguments.contains(name) {
                result.undefined.append((name, known))
            }
        }
        return expansion.result
    }
}

/// Paths in an image.
enum StagePath {
    /// The absolute path of one that may be relative; nil when it depends on what is not known.
    static func resolve(_ path: String, in directory: String?) -> String? {
        if path.hasPrefix("/") { return clean(path) }
        guard let directory else { return nil }
        return clean(directory + "/" + path)
    }

    /// Without `.`, `..`, doubled and trailing slashes. The path is taken for absolute.
    static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            if part == "." { continue }
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
