import BuildContext
import Glibc

/// Everything that can go wrong in COPY, ADD and WORKDIR while files are selected and written.
///
/// `source` is the source as the instruction has it after expansion, so that the caller can point at the line;
/// paths are those inside the image.
public enum CopyError: Error, Hashable, Sendable {
    /// A source without wildcards names nothing in the context, stage or image. `path` is where it was looked for.
    case sourceNotFound(source: String, path: String)
    /// A wildcard source is no well-formed pattern.
    case invalidPattern(source: String)
    /// A pattern of `--exclude` is malformed.
    case invalidExclude(pattern: String)
    /// A directory was to be copied over something that is none.
    case directoryOverFile(source: String, path: String)
    /// A file was to be copied over a directory.
    case fileOverDirectory(source: String, path: String)
    /// A component of a destination or working directory exists and is no directory.
    case notADirectory(path: String)
    /// Symbolic links lead in a circle.
    case tooManyLinks(path: String)
    /// `--chmod` is neither an octal mode up to 07777 nor a symbolic one.
    case invalidMode(String)
    /// A user or group is given by name where there are no files to look it up in: on `scratch`, or with `--link`.
    case ownerNameWithoutDatabase(name: String)
    /// `/etc/passwd` or `/etc/group` is not a regular file, or is unreasonably large.
    case unusableOwnerDatabase(path: String)
    /// `--checksum` on a source that is not fetched from elsewhere.
    case checksumOnLocalSource(source: String)
    /// An archive could not be extracted.
    case archive(source: String, reason: String)
    /// A call of the system failed. `code` is its errno.
    case system(operation: String, path: String, code: Int32, source: String?)
    /// The build was cancelled.
    case cancelled
}

extension CopyError: CustomStringConvertible {
    /// One line for people: lower case, no trailing period, names the thing.
    public var description: String {
        switch self {
        case .sourceNotFound(let source, let path):
            Self.isSame(source, path) ? "\"\(source)\": not found" : "\"\(source)\": not found (looked for \(path))"
        case .invalidPattern(let source): "\"\(source)\" is not a valid pattern"
        case .invalidExclude(let pattern): "--exclude: \"\(pattern)\" is not a valid pattern"
        case .directoryOverFile(let source, let path): "cannot copy directory \"\(source)\" over the file \(path)"
        case .fileOverDirectory(let source, let path): "cannot copy file \"\(source)\" over the directory \(path)"
        case .notADirectory(let path): "\(path) is not a directory"
        case .tooManyLinks(let path): "too many levels of symbolic links in \(path)"
        case .invalidMode(let text):
            "invalid --chmod value \"\(text)\": expected an octal mode up to 07777, or a symbolic one such as u+x"
        case .ownerNameWithoutDatabase(let name):
            "cannot look up the user or group \"\(name)\": there is no /etc/passwd or /etc/group to look in, use a number"
        case .unusableOwnerDatabase(let path): "cannot look up users and groups: \(path) is not a usable file"
        case .checksumOnLocalSource(let source):
            "--checksum needs a source that is fetched by HTTP or from git, \"\(source)\" is local"
        case .archive(let source, let reason): "cannot extract \"\(source)\": \(reason)"
        case .system(let operation, let path, let code, let source):
            "cannot \(operation) \(path)\(source.map { " (copying \"\($0)\")" } ?? ""): \(Self.message(code))"
        case .cancelled: "cancelled"
        }
    }

    private static func isSame(_ source: String, _ path: String) -> Bool {
        path == source || path == "/" + source
    }

    /// The C library's text for an errno, starting with a lower-case letter.
    private static func message(_ code: Int32) -> String {
        let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

/// A failed call on a path, before it is known which source it belongs to.
struct PathFailure: Error {
    enum Kind {
        case system(Int32)
        case notADirectory
        case tooManyLinks
        case directoryOverFile
        case fileOverDirectory
        case archive(String)
        case cancelled
    }

    var kind: Kind
    /// What was attempted, as an infinitive: `create`, `read`.
    var operation: String
    var path: PathBytes

    init(_ operation: String, _ path: PathBytes, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        kind = code == ENOTDIR ? .notADirectory : code == ELOOP ? .tooManyLinks : .system(code)
    }

    init(_ kind: Kind, _ path: PathBytes = []) {
        self.kind = kind
        self.path = path
        operation = ""
    }

    /// The error for the caller of the target, for a failure while copying `source`.
    func error(copying source: String?) -> CopyError {
        let path = path.displayName
        return switch kind {
        case .system(let code): .system(operation: operation, path: path, code: code, source: source)
        case .notADirectory: .notADirectory(path: path)
        case .tooManyLinks: .tooManyLinks(path: path)
        case .directoryOverFile: .directoryOverFile(source: source ?? "", path: path)
        case .fileOverDirectory: .fileOverDirectory(source: source ?? "", path: path)
        case .archive(let reason): .archive(source: source ?? path, reason: reason)
        case .cancelled: .cancelled
        }
    }
}
