import ArgumentParser
import Rendering

/// Where the result goes and what is printed.
struct BuildOutputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("Name of the image.", valueName: "name[:tag]"))
    var tag: [String] = []

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Output: type=image|oci|docker|local|tar|registry,key=value…",
            valueName: "spec"))
    var output: [String] = []

    @Flag(name: .long, help: "Push to the registry: --output type=registry.")
    var push = false

    @Flag(name: .long, help: "Load into a running Docker or Podman.")
    var load = false

    @Option(name: .long, help: ArgumentHelp("Write the image's ID to a file.", valueName: "file"))
    var iidfile: String?

    @Option(name: .long, help: ArgumentHelp("Write facts about the result as JSON to a file.", valueName: "file"))
    var metadataFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How progress is shown: auto, tty, plain, rawjson or quiet.",
            valueName: "mode"))
    var progress: ProgressMode?

    @Flag(name: [.short, .long], help: "Print nothing but the image's ID.")
    var quiet = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only false is accepted: whittle makes no provenance yet.",
            valueName: "bool"))
    var provenance: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only false is accepted: whittle makes no SBOM attestation yet.",
            valueName: "bool"))
    var sbom: String?
}
