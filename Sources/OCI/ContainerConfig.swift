/// How to run a container of an image: the `config` object of an image configuration.
public struct ContainerConfig: Hashable, Sendable {
    /// `user[:group]`, names or numbers.
    public var user: String
    /// `port/protocol`.
    public var exposedPorts: Set<String>
    /// `NAME=value`.
    public var env: [String]
    /// The command that arguments are given to.
    public var entrypoint: [String]
    /// The default arguments, or the command when there is no entry point.
    public var cmd: [String]
    /// Paths that hold data.
    public var volumes: Set<String>
    /// The working directory.
    public var workingDir: String
    /// Free key-value data.
    public var labels: [String: String]
    /// The signal that ends the container, e.g. `SIGTERM`.
    public var stopSignal: String
    /// Seconds to wait for the end before killing.
    public var stopTimeout: Int64?
    /// Is the command a command line rather than a list of words? Docker sets it and ignores it on Linux.
    public var argsEscaped: Bool
    /// How to see whether the container works.
    public var healthcheck: Healthcheck?
    /// Instructions for images built from this one.
    public var onBuild: [String]
    /// The shell of the shell form of instructions.
    public var shell: [String]
    /// Fields without a name here.
    public var unknown: [String: JSONValue]

    /// An empty configuration.
    public init() {
        user = ""
        exposedPorts = []
        env = []
        entrypoint = []
        cmd = []
        volumes = []
        workingDir = ""
        labels = [:]
        stopSignal = ""
        argsEscaped = false
        onBuild = []
        shell = []
        unknown = [:]
    }
}

/// How to see whether a container works; durations in nanoseconds, zero means inherit.
public struct Healthcheck: Hashable, Sendable {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", command]`; empty means inherit.
    public var test: [String]
    /// Time between checks.
    public var interval: Int64
    /// Time after which a check counts as failed.
    public var timeout: Int64
    /// Time to start up, in which failures do not count.
    public var startPeriod: Int64
    /// Time between checks while starting up.
    public var startInterval: Int64
    /// Failures in a row that make the container unhealthy.
    public var retries: Int

    /// A health check.
    public init(
        test: [String], interval: Int64 = 0, timeout: Int64 = 0, startPeriod: Int64 = 0, startInterval: Int64 = 0,
        retries: Int = 0
    ) {
        self.test = test
        self.interval = interval
        self.timeout = timeout
        self.startPeriod = startPeriod
        self.startInterval = startInterval
        self.retries = retries
    }
}

extension ContainerConfig: Codable {
    private static let known: Set<String> = [
        "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal",
        "StopTimeout", "ArgsEscaped", "Healthcheck", "OnBuild", "Shell",
    ]

    /// Reads a configuration.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        user = try fields.optional("User") ?? ""
        exposedPorts = try fields.optional("ExposedPorts", as: KeySet.self)?.names ?? []
        env = try fields.optional("Env") ?? []
        entrypoint = try fields.optional("Entrypoint") ?? []
        cmd = try fields.optional("Cmd") ?? []
        volumes = try fields.optional("Volumes", as: KeySet.self)?.names ?? []
        workingDir = try fields.optional("WorkingDir") ?? ""
        labels = try fields.optional("Labels") ?? [:]
        stopSignal = try fields.optional("StopSignal") ?? ""
        stopTimeout = try fields.optional("StopTimeout")
        argsEscaped = try fields.optional("ArgsEscaped") ?? false
        healthcheck = try fields.optional("Healthcheck")
        onBuild = try fields.optional("OnBuild") ?? []
        shell = try fields.optional("Shell") ?? []
        unknown = try fields.unknown(besides: Self.known)
    }

    /// Writes a configuration without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.putBack(unknown)
        try fields.omittingEmpty("User", user)
        try fields.omittingEmpty("ExposedPorts", keys: exposedPorts)
        try fields.omittingEmpty("Env", env)
        try fields.omittingEmpty("Entrypoint", entrypoint)
        try fields.omittingEmpty("Cmd", cmd)
        try fields.omittingEmpty("Volumes", keys: volumes)
        try fields.omittingEmpty("WorkingDir", workingDir)
        try fields.omittingEmpty("Labels", labels)
        try fields.omittingEmpty("StopSignal", stopSignal)
        if let stopTimeout { try fields.put("StopTimeout", stopTimeout) }
        try fields.omittingFalse("ArgsEscaped", argsEscaped)
        if let healthcheck { try fields.put("Healthcheck", healthcheck) }
        try fields.omittingEmpty("OnBuild", onBuild)
        try fields.omittingEmpty("Shell", shell)
    }
}

extension Healthcheck: Codable {
    /// Reads a health check.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        test = try fields.optional("Test") ?? []
        interval = try fields.optional("Interval") ?? 0
        timeout = try fields.optional("Timeout") ?? 0
        startPeriod = try fields.optional("StartPeriod") ?? 0
        startInterval = try fields.optional("StartInterval") ?? 0
        retries = try fields.optional("Retries") ?? 0
    }

    /// Writes a health check without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.omittingEmpty("Test", test)
        try fields.omittingZero("Interval", interval)
        try fields.omittingZero("Timeout", timeout)
        try fields.omittingZero("StartPeriod", startPeriod)
        try fields.omittingZero("StartInterval", startInterval)
        try fields.omittingZero("Retries", retries)
    }
}
