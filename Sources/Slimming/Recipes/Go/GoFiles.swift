import Glibc

/// What the image needs of the files of a Go project: sources, and what the compiler puts into the program, it does not.
struct GoFiles: Sendable {
    private let image: RootView
    private let directory: String
    /// Patterns of `go:embed` as paths below the project's root.
    private let embedded: [String]

    private static let dead: Set<String> = [
        "go.mod", "go.sum", "go.work", "go.work.sum", "vendor", "testdata", ".golangci.yml", ".golangci.yaml",
        ".air.toml", ".goreleaser.yml", ".goreleaser.yaml",
    ]
    private static let limit = 5_000

    init(_ code: CodeText, _ image: RootView, directory: String) {
        self.image = image
        self.directory = directory
        embedded = code.texts(ending: ".go").flatMap { path, text in
            Self.patterns(in: text).map { PathText.join(PathText.parent(path), $0) }
        }
    }

    /// What the directives of a source file name.
    private static func patterns(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).flatMap { line -> [String] in
            let mark = "//go:embed "
            guard line.hasPrefix(mark) else { return [] }
            return line.dropFirst(mark.count).split(separator: " ").map { word in
                let plain = word.filter { $0 != "\"" && $0 != "`" }
                return plain.hasPrefix("all:") ? String(plain.dropFirst(4)) : plain
            }
        }
    }

    /// Whether the compiler puts a file of the project, or everything in a directory, into the program.
    private func isEmbedded(_ path: String) -> Bool {
        var at = "/" + path
        while at != "/" {
            if embedded.contains(where: { fnmatch($0, at, FNM_PATHNAME) == 0 }) { return true }
            at = PathText.parent(at)
        }
        return false
    }

    /// What is known of an entry of the application's directory.
    func verdict(_ entry: ApplicationFiles.Entry) -> ApplicationFiles.Verdict {
        if isDead(entry.name) { return .dead }
        guard entry.isDirectory else { return .unknown }
        let top = PathText.join(directory, entry.name)
        let files = image.files(below: top, limit: Self.limit)
        guard files.count < Self.limit, files.contains(where: { $0.hasSuffix(".go") || $0.hasSuffix("/go.mod") }) else {
            let isDead = !files.isEmpty && files.allSatisfy { isEmbedded(entry.name + $0.dropFirst(top.count)) }
            return isDead ? .dead : .unknown
        }
        let isOnlySources = files.allSatisfy { file in
            let inside = file.dropFirst(top.count)
            return isDead(entry.name + inside) || inside.contains("/testdata/") || inside.contains("/vendor/")
        }
        return isOnlySources ? .dead : .parts
    }

    private func isDead(_ path: String) -> Bool {
        Self.dead.contains(PathText.name(path)) || path.hasSuffix(".go") || isEmbedded(path)
    }
}
