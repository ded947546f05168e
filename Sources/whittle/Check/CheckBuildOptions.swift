import ArgumentParser
import Builder

/// What `--verify` needs to know to build: the options of `whittle build` that change what comes out.
struct CheckBuildOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("With --verify: stage to build (default: the last).", valueName: "stage"))
    var target: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --verify: value of an ARG; without =VALUE it is taken from the environment.",
            valueName: "name=value"))
    var buildArg: [String] = []

    @OptionGroup(title: "Options of the builds of --verify") var running: BuildRunOptions

    /// True when none of them is given.
    var isEmpty: Bool {
        target == nil && buildArg.isEmpty && running.secret.isEmpty && running.ssh.isEmpty && running.addHost.isEmpty
            && running.network == nil && running.shmSize == nil && running.ulimit.isEmpty && running.allow.isEmpty
    }

    /// The options; the text and its context are still missing.
    func settings() throws(OptionError) -> BuildOptions {
        var options = BuildOptions(dockerfile: DockerfileSource(path: "Dockerfile", bytes: []), context: nil)
        options.target = target
        options.buildArguments = BuildOptionParsing.assignments(buildArg)
        if options.buildArguments["SOURCE_DATE_EPOCH"] == nil, let epoch = environment("SOURCE_DATE_EPOCH") {
            options.buildArguments["SOURCE_DATE_EPOCH"] = epoch
        }
        options.secrets = try BuildOptionParsing.secrets(running.secret)
        options.agents = BuildOptionParsing.agents(running.ssh)
        options.run = try running.defaults()
        return options
    }
}
