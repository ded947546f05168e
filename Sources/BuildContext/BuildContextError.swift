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
    /// Something could not be written while a context was unpacked or fetched; `code` is the `errno`.
    case unwritable(path: String, code: Int32)
    /// An archive ends early or is malformed.
    case damagedArchive(name: String, reason: String)
    /// A git URL cannot be understood. The URL is redacted.
    case badGitURL(url: String, reason: String)
    /// `git` is not installed.
    case gitMissing
    /// A git command failed; `reason` is the end of what git said. The URL is redacted.
    case gitFailed(url: String, reason: String)
    /// The repository has no such branch, tag or commit. The URL is redacted.
    case gitRefNotFound(url: String, ref: String)
    /// The ref is another commit than `--checksum` says.
    case gitChecksumMismatch(url: String, expected: String, found: String)
    /// The repository has no such directory, or it is behind a symbolic link.
    case gitSubdirectoryNotFound(url: String, directory: String)
    /// A checksum cannot be understood.
    case badChecksum(text: String, reason: String)
    /// A URL cannot be understood. The URL is redacted.
    case badURL(url: String)
    /// A server could not be reached, or the connection broke. The URL is redacted.
    case unreachable(url: String, reason: String)
    /// A server answered with an error. The URL is redacted.
    case badStatus(url: String, status: Int)
    /// A download is not what its checksum says. The URL is redacted.
    case digestMismatch(url: String, expected: String, found: String)
    /// The context that was named is not there, and is no URL.
    case contextNotFound(path: String)
    /// The context that was named is neither a directory nor an archive.
    case notAContext(path: String)
    /// Standard input was to be the context, and is empty.
    case emptyInput
    /// A `--build-context` cannot be understood.
    case badNamedContext(text: String, reason: String)
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
        case .unwritable(let path, let code):
            "cannot write \(path): \(Self.reason(code))"
        case .damagedArchive(let name, let reason):
            "cannot unpack \(name): \(reason)"
        case .badGitURL(let url, let reason):
            "invalid git URL \(url): \(reason)"
        case .gitMissing:
            "git is not installed, and is needed for git URLs"
        case .gitFailed(let url, let reason):
            "cannot fetch \(url): \(reason)"
        case .gitRefNotFound(let url, let ref):
            "repository \(url) does not contain ref \(ref)"
        case .gitChecksumMismatch(let url, let expected, let found):
            "checksum mismatch for \(url): expected commit \(expected), found \(found)"
        case .gitSubdirectoryNotFound(let url, let directory):
            "repository \(url) has no directory \(directory)"
        case .badChecksum(let text, let reason):
            "\(reason): \(text)"
        case .badURL(let url):
            "invalid URL \(url)"
        case .unreachable(let url, let reason):
            "cannot fetch \(url): \(reason)"
        case .badStatus(let url, let status):
            "cannot fetch \(url): the server answered \(status)\(Self.statusName(status))"
        case .digestMismatch(let url, let expected, let found):
            "digest mismatch for \(url): expected \(expected), found \(found)"
        case .contextNotFound(let path):
            path.isEmpty ? "the path of the context is empty" : "context \(path) does not exist"
        case .notAContext(let path):
            "context \(path) is neither a directory nor a tar archive"
        case .emptyInput:
            "standard input is empty: expected a Dockerfile or a tar archive"
        case .badNamedContext(let text, let reason):
            "invalid build context \(text): \(reason)"
        }
    }

    /// What an `errno` means, in words.
    static func reason(_ code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    private static func statusName(_ status: Int) -> String {
        switch status {
        case 401: " (authentication required)"
        case 403: " (forbidden)"
        case 404: " (not found)"
        case 410: " (gone)"
        case 429: " (too many requests)"
        case 500...599: " (server error)"
        default: ""
        }
    }

    private static func place(_ file: String?, _ line: Int?) -> String {
        guard let file else { return "" }
        return line.map { "\(file):\($0): " } ?? "\(file): "
    }
}
