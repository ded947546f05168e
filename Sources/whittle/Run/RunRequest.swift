import Builder
import BuildGraph
import Glibc
import OCI
import Running
import Sandbox

/// A `whittle run` with its options read.
struct RunRequest: Sendable {
    var image: ImageName
    var command: [String]
    var entrypoint: String?
    /// `NAME=VALUE`, from files and options, in order.
    var environment: [String]
    var user: String?
    var workingDirectory: String?
    var isInteractive: Bool
    var hasTerminal: Bool
    var stopSignal: Int32?
    var stopTimeout: Int64?
    var ulimits: [Ulimit]
    var isPrivileged: Bool
    var mounts: [SandboxMount]
    var isReadOnly: Bool
    var sharedMemorySize: Int64?
    var network: SandboxSpec.Network
    var ports: [PublishedPort]
    var hosts: [HostEntry]
    var hostname: String?
    var platform: Platform?
    var pull: ImageLocator.PullPolicy

    init(_ options: RunCommand) throws {
        var words = options.words
        if words.first == "--" { words.removeFirst() }
        guard let name = words.first else { throw OptionError("name an image to run") }
        guard !name.hasPrefix("-") else { throw OptionError("unknown option \(name)") }
        do { image = try ImageName(parsing: name) } catch { throw OptionError("\(error)") }
        command = Array(words.dropFirst())
        let process = options.process
        entrypoint = process.entrypoint
        environment = try process.envFile.flatMap(Self.variables(inFile:)) + Self.variables(process.env)
        user = process.user
        workingDirectory = process.workdir
        if let directory = workingDirectory, !directory.hasPrefix("/") {
            throw OptionError("-w \(directory): the working directory must be an absolute path")
        }
        isInteractive = process.interactive
        hasTerminal = process.tty
        stopSignal = try process.stopSignal.map { text in
            guard let signal = SignalName.number(text) else {
                throw OptionError("--stop-signal \(text): no such signal")
            }
            return signal
        }
        stopTimeout = process.stopTimeout
        ulimits = try BuildOptionParsing.ulimits(process.ulimit).map {
            Ulimit(name: $0.name, soft: $0.soft, hard: $0.hard)
        }
        isPrivileged = process.privileged
        let around = options.surroundings
        mounts = try around.volume.map(RunMounts.volume) + around.mount.map(RunMounts.mount)
        mounts += try around.tmpfs.map(RunMounts.temporary)
        isReadOnly = around.readOnly
        sharedMemorySize = try around.shmSize.map { try BuildOptionParsing.bytes($0, option: "--shm-size") }
        switch around.network {
        case nil, "host", "default", "bridge": network = .host
        case "none": network = .none
        case .some(let other): throw OptionError("--network \(other): expected host or none")
        }
        ports = try around.publish.flatMap(PublishedPort.parse)
        if network == .none, let port = ports.first {
            throw OptionError("-p \(port.text): there is no way into --network none")
        }
        hosts = try around.addHost.map { try HostEntry(parsing: $0) }
        hostname = around.hostname
        platform = try around.platform.map(ImageNames.platform)
        switch around.pull {
        case .always: pull = .always
        case .missing: pull = .missing
        case .never: pull = .never
        }
    }

    /// The image as it is, with nothing from the command line.
    init(image: ImageName) {
        self.image = image
        command = []
        environment = []
        isInteractive = false
        hasTerminal = false
        ulimits = []
        isPrivileged = false
        mounts = []
        isReadOnly = false
        network = .host
        ports = []
        hosts = []
        pull = .missing
    }

    /// `NAME=VALUE`, or `NAME` for the value here, if it has one.
    static func variables(_ texts: [String]) throws -> [String] {
        try texts.compactMap { text in
            guard !text.hasPrefix("="), !text.isEmpty else { throw OptionError("-e \(text): the name is missing") }
            if text.contains("=") { return text }
            return getenv(text).map { "\(text)=\(String(cString: $0))" }
        }
    }

    /// As Docker reads such files: a variable per line, no quoting, `#` at the start of a line.
    static func variables(inFile path: String) throws -> [String] {
        let text = String(decoding: try FileBytes.read(path, what: "environment file"), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
        return try variables(lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map(String.init))
    }
}
