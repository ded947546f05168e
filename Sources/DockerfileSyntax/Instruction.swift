/// One instruction of a Dockerfile with its meaning, before word expansion.
///
/// The payload types mirror the Dockerfile reference. Words are unexpanded; expansion happens when the stage graph
/// is planned, because it needs the ARG and ENV values in scope.
public struct Instruction: Hashable, Sendable {
    /// What the instruction does.
    public var kind: Kind
    /// The instruction's own text, continuation lines joined, heredoc bodies left out; as shown in progress and history.
    public var original: String
    /// From the keyword to the end of the last line, heredoc bodies included.
    public var range: SourceRange
    /// First and last line, counted from 1, heredoc bodies included.
    public var lines: ClosedRange<Int>
    /// Comment lines directly above, without their `#`.
    public var precedingComments: [String]
    /// Where in ``Dockerfile/nodes`` the words and flags are with their ranges; nil for an instruction from elsewhere.
    public var nodeIndex: Int?

    /// Creates an instruction.
    public init(
        kind: Kind, original: String, range: SourceRange, lines: ClosedRange<Int>, precedingComments: [String] = [],
        nodeIndex: Int? = nil
    ) {
        self.kind = kind
        self.original = original
        self.range = range
        self.lines = lines
        self.precedingComments = precedingComments
        self.nodeIndex = nodeIndex
    }

    /// The instructions of the Dockerfile reference. `FROM` is not among them: it opens a ``Stage``.
    public enum Kind: Hashable, Sendable {
        case add(Add)
        case arg([Argument])
        case cmd(CommandLine)
        case copy(Copy)
        case entrypoint(CommandLine)
        case env([KeyValue])
        case expose([String])
        case healthcheck(Healthcheck)
        case label([KeyValue])
        case maintainer(String)
        /// The trigger's text, as stored in the image's configuration.
        case onbuild(String)
        case run(Run)
        case shell([String])
        case stopsignal(String)
        case user(String)
        case volume([String])
        case workdir(String)
    }
}

/// `KEY=VALUE` of ENV and LABEL.
public struct KeyValue: Hashable, Sendable {
    /// The name, unexpanded.
    public var key: String
    /// The value, unexpanded, quotes included.
    public var value: String
    /// Written in the old form `ENV KEY VALUE`, without `=`.
    public var isSpaceSeparated: Bool

    /// Creates a pair.
    public init(key: String, value: String, isSpaceSeparated: Bool = false) {
        self.key = key
        self.value = value
        self.isSpaceSeparated = isSpaceSeparated
    }
}

/// One name of an ARG instruction, with its default if it has one.
public struct Argument: Hashable, Sendable {
    /// The name, unexpanded.
    public var name: String
    /// What follows the `=`, unexpanded; nil when there is none.
    public var defaultValue: String?

    /// Creates an argument.
    public init(name: String, defaultValue: String? = nil) {
        self.name = name
        self.defaultValue = defaultValue
    }
}

/// A heredoc used as a file: a source of COPY or ADD, or an inline file of RUN.
public struct InlineFile: Hashable, Sendable {
    /// The heredoc's delimiter; for COPY and ADD also the file's name.
    public var name: String
    /// The lines of the heredoc, unexpanded.
    public var data: String
    /// False when the delimiter was quoted: the data is taken as it is.
    public var expands: Bool
    /// `<<-`: leading tabs are stripped (already done in ``data`` for COPY and ADD; RUN shells do it themselves).
    public var stripsTabs: Bool

    /// Creates an inline file.
    public init(name: String, data: String, expands: Bool, stripsTabs: Bool = false) {
        self.name = name
        self.data = data
        self.expands = expands
        self.stripsTabs = stripsTabs
    }
}

/// The command of RUN, CMD or ENTRYPOINT: a shell line or an argument vector.
public struct CommandLine: Hashable, Sendable {
    /// The words of the exec form, or the single line of the shell form.
    public var words: [String]
    /// Shell form: the image's SHELL is put in front.
    public var isShellForm: Bool
    /// Heredocs that follow the line (RUN only).
    public var files: [InlineFile]

    /// Creates a command line.
    public init(words: [String], isShellForm: Bool, files: [InlineFile] = []) {
        self.words = words
        self.isShellForm = isShellForm
        self.files = files
    }

    /// Whether the line is nothing but `<<NAME`, quoted or not, so that the heredoc is the command.
    public var isLoneHeredoc: Bool {
        guard words.count == 1, let opener = try? HeredocOpener(words[0]) else { return false }
        return !opener.name.isEmpty
    }
}

/// Sources and destination of COPY and ADD.
public struct SourcesAndDestination: Hashable, Sendable {
    /// The sources that are paths or URLs, in order.
    public var sources: [String]
    /// The sources that are heredocs, in order.
    public var inlineFiles: [InlineFile]
    /// The last argument.
    public var destination: String

    /// Creates the pair.
    public init(sources: [String], inlineFiles: [InlineFile], destination: String) {
        self.sources = sources
        self.inlineFiles = inlineFiles
        self.destination = destination
    }
}

/// `COPY`, with its flags as written.
public struct Copy: Hashable, Sendable {
    /// What is copied, and where to.
    public var paths: SourcesAndDestination
    /// `--from`: a stage, image or named context; nil means the build context.
    public var from: String?
    /// `--chown`.
    public var chown: String?
    /// `--chmod`.
    public var chmod: String?
    /// `--link`.
    public var link = false
    /// `--parents`.
    public var parents = false
    /// `--exclude`, every use of it.
    public var excludes: [String] = []

    /// Creates a COPY without flags.
    public init(paths: SourcesAndDestination) { self.paths = paths }
}

/// `ADD`, with its flags as written.
public struct Add: Hashable, Sendable {
    /// What is added, and where to.
    public var paths: SourcesAndDestination
    /// `--chown`.
    public var chown: String?
    /// `--chmod`.
    public var chmod: String?
    /// `--link`.
    public var link = false
    /// `--exclude`, every use of it.
    public var excludes: [String] = []
    /// `--keep-git-dir`; nil when it is not used.
    public var keepGitDirectory: Bool?
    /// `--checksum`.
    public var checksum: String?
    /// `--unpack`; nil when it is not used.
    public var unpack: Bool?

    /// Creates an ADD without flags.
    public init(paths: SourcesAndDestination) { self.paths = paths }
}

/// `RUN`, with its flags. Mount values hold unexpanded words.
public struct Run: Hashable, Sendable {
    /// What is run.
    public var command: CommandLine
    /// `--mount`, every use of it.
    public var mounts: [RunMount] = []
    /// `--network`.
    public var network: Network = .default
    /// `--security`.
    public var security: Security = .sandbox
    /// `--device`, every use of it.
    public var devices: [RunDevice] = []
    /// Names of the flags used, for checks and messages.
    public var flagsUsed: [String] = []

    /// Creates a RUN without flags.
    public init(command: CommandLine) { self.command = command }

    /// `--network`.
    public enum Network: String, Hashable, Sendable { case `default`, none, host }
    /// `--security`.
    public enum Security: String, Hashable, Sendable { case sandbox, insecure }
}

/// One `RUN --mount`. The text is parsed twice: for its shape when the file is read, and for its values when the
/// stage is planned, since values may contain variables.
public struct RunMount: Hashable, Sendable {
    /// The flag's value as written, `type=bind,from=x,…`.
    public var text: String
    /// Where the flag's value stands.
    public var range: SourceRange

    /// Creates a mount from its text.
    public init(text: String, range: SourceRange) {
        self.text = text
        self.range = range
    }
}

/// One `RUN --device`.
public struct RunDevice: Hashable, Sendable {
    /// The device's name, in the notation of the Container Device Interface.
    public var name: String
    /// The build fails when there is no such device.
    public var required: Bool
    /// Where the flag's value stands.
    public var range: SourceRange

    /// Creates a device request.
    public init(name: String, required: Bool = false, range: SourceRange) {
        self.name = name
        self.required = required
        self.range = range
    }
}

/// A RUN mount after expansion; produced by ``RunMount/parse(expanding:)``.
public struct ParsedRunMount: Hashable, Sendable {
    /// What is mounted.
    public enum Kind: String, CaseIterable, Hashable, Sendable { case bind, cache, tmpfs, secret, ssh }
    /// How concurrent builds use a cache.
    public enum Sharing: String, CaseIterable, Hashable, Sendable { case shared, `private`, locked }

    /// `type`.
    public var kind: Kind = .bind
    /// `from`: a stage, image or named context; nil means the build context (bind) or nothing (cache).
    public var from: String?
    /// `source`: a path in what ``from`` names, or the id of a secret.
    public var source: String?
    /// `target`: where it appears in the container.
    public var target: String?
    /// True when the container cannot write to it.
    public var readOnly = false
    /// True when `readonly`/`rw` was written, rather than the type's default.
    public var readOnlyIsExplicit = false
    /// tmpfs `size` in bytes.
    public var sizeLimit: Int64?
    /// Cache, secret and ssh: `id`.
    public var id: String?
    /// `sharing` of a cache.
    public var sharing: Sharing = .shared
    /// `required`: the build fails when the secret or agent is not there.
    public var required = false
    /// secret: `env`, the variable that receives the value.
    public var environmentName: String?
    /// `mode`: permission bits.
    public var mode: UInt32?
    /// `uid`: the owner.
    public var uid: UInt32?
    /// `gid`: the group.
    public var gid: UInt32?

    /// Creates a bind mount of the build context.
    public init() {}
}

/// `HEALTHCHECK` as it is stored in the image configuration. Durations are nanoseconds; 0 means inherited.
public struct Healthcheck: Hashable, Sendable {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", line]`.
    public var test: [String]
    /// `--interval`.
    public var interval: Int64 = 0
    /// `--timeout`.
    public var timeout: Int64 = 0
    /// `--start-period`.
    public var startPeriod: Int64 = 0
    /// `--start-interval`.
    public var startInterval: Int64 = 0
    /// `--retries`; 0 means inherited.
    public var retries: Int = 0

    /// Creates a check with inherited timings.
    public init(test: [String]) { self.test = test }
}

/// A build stage: `FROM` and the instructions up to the next one.
public struct Stage: Hashable, Sendable {
    /// The name given with AS, lower-cased; nil when it has none.
    public var name: String?
    /// Base as written: an image, `scratch`, or an earlier stage; may contain variables.
    public var baseName: String
    /// `--platform` as written.
    public var platform: String?
    /// The instructions up to the next FROM.
    public var instructions: [Instruction]
    /// The FROM instruction's text, continuation lines joined.
    public var original: String
    /// Where the FROM is written.
    public var range: SourceRange
    /// First and last line of the FROM, counted from 1.
    public var lines: ClosedRange<Int>
    /// Comment lines directly above the FROM, without their `#`.
    public var precedingComments: [String]
    /// Where in ``Dockerfile/nodes`` the FROM is.
    public var nodeIndex: Int?

    /// Creates a stage.
    public init(
        name: String?, baseName: String, platform: String? = nil, instructions: [Instruction] = [], original: String,
        range: SourceRange, lines: ClosedRange<Int>, precedingComments: [String] = [], nodeIndex: Int? = nil
    ) {
        self.name = name
        self.baseName = baseName
        self.platform = platform
        self.instructions = instructions
        self.original = original
        self.range = range
        self.lines = lines
        self.precedingComments = precedingComments
        self.nodeIndex = nodeIndex
    }
}
