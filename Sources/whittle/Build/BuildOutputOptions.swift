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
            "Attach a statement about the image: type=provenance or type=sbom, key=value…", valueName: "spec"))
    var attest: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Attach provenance: true, false, or mode=min|max,version=v1|v0.2,builder-id=URI…", valueName: "spec"))
    var provenance: String?

    @Option(name: .long, help: ArgumentHelp("Attach a bill of materials: true or false.", valueName: "spec"))
    var sbom: String?
}

extension BuildOutputOptions {
    /// The arguments with `--sbom` and `--provenance` that stand alone given the value `true`.
    static func withLoneAttestations(_ arguments: [String]) -> [String] {
        guard arguments.first == "build" else { return arguments }
        var result: [String] = []
        for (index, argument) in arguments.enumerated() {
            guard argument == "--sbom" || argument == "--provenance" else {
                result.append(argument)
                continue
            }
            let next = index + 1 < arguments.count ? arguments[index + 1] : ""
            result.append(AttestationParsing.isValue(next) ? argument : argument + "=true")
        }
        return result
    }
}
