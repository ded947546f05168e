/// A build context for examples.
struct ExampleContext: ContextFacts {
    var ignored: Set<String> = []
    var hasIgnoreFile = true
    var ignoreFileHasExceptions: Bool { false }
    var ignoresEverything: Bool { false }
    var files: [ContextFile]?

    init(ignored: Set<String> = [], hasIgnoreFile: Bool = true, files: [ContextFile]? = nil) {
        self.ignored = ignored
        self.hasIgnoreFile = hasIgnoreFile
        self.files = files
    }

    func isIgnored(_ path: String) -> Bool { ignored.contains(path) }
}

/// Base images for examples: all alike.
struct ExampleBases: BaseImageFacts {
    var configuration: BaseImageConfiguration

    init(_ configuration: BaseImageConfiguration) { self.configuration = configuration }

    func configuration(of image: String) -> BaseImageConfiguration? { configuration }
}
