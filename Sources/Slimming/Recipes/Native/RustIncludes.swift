/// Files that Rust sources have compiled into the program.
struct RustIncludes: Sendable {
    /// Paths below the project's root, with a slash in front.
    private let paths: Set<String>

    private static let macros = ["include_str!(\"", "include_bytes!(\""]

    init(_ code: CodeText) {
        var paths: Set<String> = []
        for (path, text) in code.texts(ending: ".rs") {
            for macro in Self.macros {
                var rest = Substring(text)
                while let call = rest.firstRange(of: macro) {
                    rest = rest[call.upperBound...]
                    paths.insert(PathText.join(PathText.parent(path), String(rest.prefix { $0 != "\"" })))
                }
            }
        }
        self.paths = paths
    }

    /// Whether an entry is one of them.
    func contains(_ entry: ApplicationFiles.Entry) -> Bool { paths.contains("/" + entry.name) }
}
