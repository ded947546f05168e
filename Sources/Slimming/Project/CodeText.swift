import Glibc

/// The project's own code, for asking what it names, and for reading what is written in one language.
struct CodeText: Sendable {
    private var files: [(path: String, text: [UInt8])] = []
    /// What was too large to be read, or too much.
    private var unread: [String] = []

    private static let extensions = [
        ".js", ".cjs", ".mjs", ".ts", ".py", ".rb", ".php", ".go", ".java", ".rs", ".sh", ".c", ".cpp", ".cs",
        ".properties", ".pl",
    ]
    /// Directories of dependencies, which are none of the project's.
    private static let foreign: Set<String> = ["node_modules", "site-packages", "vendor", ".venv", ".git"]
    private static let countLimit = 20_000
    private static let fileLimit = 1 << 20
    private static let totalLimit = 16 << 20

    /// Reads the code of a project.
    init(_ project: ProjectTree) {
        read(
            project.entries.filter { entry in
                !entry.isDirectory && !entry.path.split(separator: "/").contains { Self.foreign.contains(String($0)) }
            }
            .map { "/" + $0.path }, below: project.root)
    }

    /// Reads the code below a directory of an image.
    ///
    /// - Parameter without: Files that do not count.
    init(_ image: RootView, directory: String, without: Set<String> = []) {
        let found = image.files(below: directory, limit: Self.countLimit, without: Self.foreign)
        read(found.filter { !without.contains($0) }, below: image.directory)
    }

    /// Reads those of the files of an image that are code.
    init(_ image: RootView, files: [String]) { read(files, below: image.directory) }

    private mutating func read(_ paths: [String], below root: String) {
        var total = 0
        for path in paths where Self.extensions.contains(where: path.hasSuffix) {
            var status = stat()
            guard lstat(root + path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            guard total < Self.totalLimit, let text = SmallFile.read(root + path, limit: Self.fileLimit) else {
                unread.append(path)
                continue
            }
            total += text.count
            files.append((path, text))
        }
    }

    /// Whether all files whose names end so were read.
    func isComplete(ending suffix: String) -> Bool { !unread.contains { $0.hasSuffix(suffix) } }

    /// The files whose names end so: their paths from the root, and their text.
    func texts(ending suffix: String) -> [(path: String, text: String)] {
        files.filter { $0.path.hasSuffix(suffix) }.map { ($0.path, String(decoding: $0.text, as: UTF8.self)) }
    }

    /// Whether a string of the code begins with the name, or has it as a part of a path.
    func names(_ name: String) -> Bool {
        let word = Array(name.utf8)
        let before = Set("\"'`/".utf8)
        let after = Set("\"'`/".utf8)
        return files.contains { _, text in
            guard text.count > word.count + 1, let first = word.first else { return false }
            var index = 1
            while index + word.count < text.count {
                if text[index] == first, before.contains(text[index - 1]), after.contains(text[index + word.count]),
                    text[index..<(index + word.count)].elementsEqual(word)
                {
                    return true
                }
                index += 1
            }
            return false
        }
    }

    /// Whether the code has the text anywhere.
    func contains(_ text: String) -> Bool {
        let word = Array(text.utf8)
        return files.contains { _, bytes in
            guard let first = word.first, bytes.count >= word.count else { return false }
            for index in 0...(bytes.count - word.count)
            where bytes[index] == first && bytes[index..<(index + word.count)].elementsEqual(word) {
                return true
            }
            return false
        }
    }
}
