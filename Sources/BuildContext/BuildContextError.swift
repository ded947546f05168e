import Glibc

/// Everything that can go wrong with a build context or a remote source.
public enum BuildContextError: Error, Hashable, Sendable {
    /// A pattern of an ignore file, a source or `--exclude` is malformed. `file` and `line` (from 1) say where it is.
    case badPattern(pattern: String, file: String?, line: Int?)
    /// A lone `!` excludes nothing.
    case emptyException(file: String?, line: Int?)
    /// A file or directory could not be read; `code` is the `errno`.
    case unreadable(path: String, code: Int32)
    /// A directory or file that was named does not exist.
    case notFound(path: String)
    /// A file was named where a directory is needed.
    case notADirectory(path: String)
}

extension BuildContextError: CustomStringConvertible {
    /// One line for people: lower case, no trailing period, names the thing.
    public var description: String {
        switch self {
        case .badPattern(let pattern, let file, let line):
            "\(Self.place(file, line))syntax error in pattern \"\(pattern)\""
        case .emptyException(let file, let line):
            "\(Self.place(file, line))illegal exclusion pattern: \"!\""
        case .unreadable(let path, let code):
            "cannot read \(path): \(Self.reason(code))"
        case .notFound(let path):
            "\(path) does not exist"
        case .notADirectory(let path):
            "\(path) is not a directory"
        }
    }

    /// What an `errno` means, in words.
    static func reason(_ code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    private static func place(_ file: String?, _ line: Int?) -> String {
        guard let file else { return "" }
        return line.map { "\(file):\($0): " } ?? "\(file): "
    }
}
