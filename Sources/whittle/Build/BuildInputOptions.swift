import ArgumentParser

/// What is built: the options of `docker buildx build` that name inputs.
struct BuildInputOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Dockerfile (default: CONTEXT/Dockerfile; - is standard input).",
            valueName: "path"))
    var file: String?

    @Option(name: .long, help: ArgumentHelp("Stage to build (default: the last).", valueName: "stage"))
    var target: String?

    @Option(name: .long, help: ArgumentHelp("Platforms to build for, separated by commas.", valueName: "os/arch"))
    var platform: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Value of an ARG; without =VALUE it is taken from the environment.",
            valueName: "name=value"))
    var buildArg: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Another context: name=DIR, docker-image://REF, oci-layout://DIR or URL.",
            valueName: "name=source"))
    var buildContext: [String] = []

    @Option(name: .long, help: ArgumentHelp("Label of the image.", valueName: "key=value"))
    var label: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Annotation of the image: [manifest:|index:|…]key=value.",
            valueName: "key=value"))
    var annotation: [String] = []

    @Flag(name: .long, help: "Do not use recorded results of steps.")
    var noCache = false

    @Option(name: .long, help: ArgumentHelp("Do not use recorded results of these stages.", valueName: "stage"))
    var noCacheFilter: [String] = []

    @Option(name: .long, help: .hidden)
    var cacheFrom: [String] = []

    @Option(name: .long, help: .hidden)
    var cacheTo: [String] = []

    @Flag(name: .long, help: "Ask registries for base images even when they are in the local store.")
    var pull = false
}
