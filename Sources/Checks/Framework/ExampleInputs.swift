/// A build context for examples.
struct ExampleContext: ContextFacts {
    var ignored: Set<String> = []
    var hasIgnoreFile = true
    var ignoreFileHasExceptions: Bool { false }
    var ignoresEverything: Bool { false }
    var files: [ContextFile]?
    private var texts: [String: String] = [:]

    init(ignored: Set<String> = [], hasIgnoreFile: Bool = true, files: [ContextFile]? = nil) {
        self.ignored = ignored
        self.hasIgnoreFile = hasIgnoreFile
        self.files = files
    }

    /// A context of files with these texts.
    init(texts: [String: String]) {
        self.init(files: texts.map { ContextFile(path: $0.key, size: Int64($0.value.utf8.count)) })
        self.texts = texts
    }

    func isIgnored(_ path: String) -> Bool { ignored.contains(path) }

    func text(of path: String) -> String? { texts[path] }
}

/// Base images for examples: all alike.
struct ExampleBases: BaseImageFacts {
    var configuration: BaseImageConfiguration

    init(_ configuration: BaseImageConfiguration) { self.configuration = configuration }

    func configuration(of image: String) -> BaseImageConfiguration? { configuration }
}
