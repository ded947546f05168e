import Glibc
import Sandbox

/// The files of a project, as far as a recipe may want to look at them.
public struct ProjectTree: Sendable {
    /// A file or directory.
    public struct Entry: Sendable {
        /// Path below the root, without a slash in front.
        public var path: String
        /// Whether it is a directory.
        public var isDirectory: Bool
        /// Bytes of a file.
        public var size: Int64
        /// Permission bits.
        public var mode: UInt32
    }

    /// Directories that are not entered: their content says nothing about the project.
    static let opaqueDirectories: Set<String> = [".git", "node_modules", ".venv", "venv", "__pycache__", ".hg", ".svn"]
    private static let entryLimit = 100_000
    private static let textLimit = 1 << 20

    /// Where it is on this machine.
    public let root: String
    /// Everything found, parents before children.
    public let entries: [Entry]
    private let index: [String: Int]

    /// Lists a directory; one that cannot be read is empty.
    public init(root: String) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        var entries: [Entry] = []
        var pending = [""]
        while let directory = pending.popLast(), entries.count < Self.entryLimit {
            for name in directoryEntries(self.root + "/" + directory).sorted() {
                let path = directory.isEmpty ? name : directory + "/" + name
                var status = stat()
                guard lstat(self.root + "/" + path, &status) == 0 else { continue }
                let isDirectory = status.st_mode & S_IFMT == S_IFDIR
                entries.append(
                    Entry(
                        path: path, isDirectory: isDirectory, size: Int64(status.st_size),
                        mode: UInt32(status.st_mode & 0o7777)))
                if isDirectory, !Self.opaqueDirectories.contains(name) { pending.append(path) }
            }
        }
        self.entries = entries
        index = Dictionary(entries.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { $1 })
    }

    /// The entry at a path.
    public subscript(path: String) -> Entry? { index[path].map { entries[$0] } }

    /// Whether there is something at the path.
    public func has(_ path: String) -> Bool { index[path] != nil }

    /// What lies directly in the root.
    public var topLevel: [Entry] { entries.filter { !$0.path.contains("/") } }

    /// The files whose names end so, nearest to the root first.
    public func files(ending suffix: String) -> [String] {
        entries.filter { !$0.isDirectory && $0.path.hasSuffix(suffix) }.map(\.path)
            .sorted { ($0.filter { $0 == "/" }.count, $0) < ($1.filter { $0 == "/" }.count, $1) }
    }

    /// The file's text; nil when it is missing, larger than a megabyte, or no text.
    public func text(_ path: String) -> String? {
        guard let bytes = SmallFile.read(root + "/" + path, limit: Self.textLimit), !bytes.contains(0) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
