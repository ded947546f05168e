import ArgumentParser
import Builder

/// How RUN steps are run.
struct BuildRunOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Secret for RUN --mount=type=secret: id=ID[,src=FILE|,env=NAME].",
            valueName: "spec"))
    var secret: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Agent or keys for RUN --mount=type=ssh: default or id=SOCKET|KEY[,KEY].",
            valueName: "spec"))
    var ssh: [String] = []

    @Option(name: .long, help: ArgumentHelp("Line for /etc/hosts: HOST:IP.", valueName: "host:ip"))
    var addHost: [String] = []

    @Option(name: .long, help: ArgumentHelp("Network of RUN steps: default, host or none.", valueName: "mode"))
    var network: String?

    @Option(name: .long, help: ArgumentHelp("Size of /dev/shm, such as 128m.", valueName: "bytes"))
    var shmSize: String?

    @Option(name: .long, help: ArgumentHelp("Resource limit: NAME=SOFT[:HARD].", valueName: "limit"))
    var ulimit: [String] = []

    @Option(name: .long, help: ArgumentHelp("Permit security.insecure or network.host.", valueName: "entitlement"))
    var allow: [String] = []

    /// The defaults of RUN steps that the options amount to.
    func defaults() throws(OptionError) -> RunDefaults {
        var run = RunDefaults()
        run.network = try BuildOptionParsing.network(network)
        run.extraHosts = addHost
        if let size = shmSize { run.sharedMemorySize = try BuildOptionParsing.bytes(size, option: "--shm-size") }
        run.ulimits = try BuildOptionParsing.ulimits(ulimit)
        for entitlement in allow.flatMap({ $0.split(separator: ",") }) {
            switch entitlement {
            case "security.insecure": run.allowsInsecure = true
            case "network.host": run.allowsHostNetwork = true
            default: throw OptionError("--allow \(entitlement): expected security.insecure or network.host")
            }
        }
        return run
    }
}
