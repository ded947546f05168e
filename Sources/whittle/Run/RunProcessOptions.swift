import ArgumentParser

/// What runs, and how: the options of `docker run` about the process.
struct RunProcessOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Program to run instead of the image's entry point.", valueName: "program"))
    var entrypoint: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Variable; without =VALUE it is taken from the environment.", valueName: "name=value"))
    var env: [String] = []

    @Option(name: .long, help: ArgumentHelp("File with a variable per line.", valueName: "path"))
    var envFile: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("User and group, by name or number.", valueName: "user[:group]"))
    var user: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Working directory.", valueName: "path"))
    var workdir: String?

    @Flag(name: .shortAndLong, help: "Pass standard input on.")
    var interactive = false

    @Flag(name: .shortAndLong, help: "Give the command a terminal.")
    var tty = false

    @Flag(name: .long, help: "Accepted for Docker's sake: nothing of a run is ever kept.")
    var rm = false

    @Option(
        name: .long, help: ArgumentHelp("Signal that stops the command (default: the image's).", valueName: "signal"))
    var stopSignal: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Seconds after which a command that does not stop is killed (default: 10).", valueName: "n"))
    var stopTimeout: Int64?

    @Option(name: .long, help: ArgumentHelp("Resource limit: NAME=SOFT[:HARD].", valueName: "limit"))
    var ulimit: [String] = []

    @Flag(name: .long, help: "All capabilities, no seccomp filter.")
    var privileged = false
}

/// What the process sees: file systems, network, names.
struct RunSurroundingsOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Mount a directory or file of this machine.", valueName: "src:dst[:ro]")
    )
    var volume: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Mount: type=bind,src=PATH,dst=PATH[,readonly] or type=tmpfs,dst=PATH.", valueName: "spec"))
    var mount: [String] = []

    @Option(
        name: .long, help: ArgumentHelp("Empty file system in memory: PATH[:size=64m,mode=1777].", valueName: "path"))
    var tmpfs: [String] = []

    @Flag(name: .long, help: "Make the root file system read-only.")
    var readOnly = false

    @Option(name: .long, help: ArgumentHelp("Size of /dev/shm, such as 128m.", valueName: "bytes"))
    var shmSize: String?

    @Option(name: .long, help: ArgumentHelp("host (the default) or none.", valueName: "mode"))
    var network: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Make a port of the command's reachable under another number.", valueName: "[ip:]host:container"))
    var publish: [String] = []

    @Option(name: .long, help: ArgumentHelp("Line for /etc/hosts: HOST:IP.", valueName: "host:ip"))
    var addHost: [String] = []

    @Option(name: .long, help: ArgumentHelp("Host name (default: the image's short digest).", valueName: "name"))
    var hostname: String?

    @Option(name: .long, help: ArgumentHelp("Platform of the image.", valueName: "os/arch"))
    var platform: String?

    @Option(name: .long, help: "Ask the registry for the image: always, missing or never.")
    var pull: PullChoice = .missing

    @Flag(name: .shortAndLong, help: "No progress of pulls.")
    var quiet = false

    /// When a registry is asked.
    enum PullChoice: String, ExpressibleByArgument, CaseIterable { case always, missing, never }
}
