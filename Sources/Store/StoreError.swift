import Glibc
import OCI

/// Everything that can go wrong in the store. Paths are those of the host.
public enum StoreError: Error, Sendable {
    /// The file system that holds the store (or the user's quota on it) has no room left.
    case diskFull(path: String)
    /// The store, or a file of it, may not be read or written by this user.
    case permissionDenied(operation: String, path: String)
    /// What is on disk contradicts itself; `detail` says how.
    case corrupt(path: String, detail: String)
    /// The store was last written by a newer version of the program.
    case newerVersion(path: String, found: Int, supported: Int)
    /// The bytes are not those that were asked for.
    case digestMismatch(expected: Digest, got: Digest)
    /// There were more or fewer bytes than announced (`got` is where reading stopped).
    case sizeMismatch(digest: Digest?, expected: Int64, got: Int64)
    /// A size that no blob can have.
    case invalidSize(Int64)
    /// The named thing is not in the store.
    case notFound(String)
    /// Another process held the database for longer than the time allowed for waiting.
    case busy(path: String)
    /// The caller gave up waiting for another process.
    case interrupted(waitingFor: String)
    /// A layer could not be unpacked.
    case unpackFailed(layer: Digest, reason: any Error)
    /// A cache mount could not be filled with its first content.
    case cacheMountFailed(id: String, reason: any Error)
    /// A system call failed in a way that has no case of its own.
    case fileSystem(operation: String, path: String, errno: Int32)
    /// SQLite failed in a way that has no case of its own (`code` is the extended result code).
    case database(path: String, code: Int32, message: String)
}

extension StoreError: CustomStringConvertible {
    /// One line that names the thing.
    public var description: String {
        switch self {
        case .diskFull(let path): "no space left on the disk that holds \(path)"
        case .permissionDenied(let operation, let path): "permission denied: cannot \(operation) \(path)"
        case .corrupt(let path, let detail): "the store is damaged at \(path): \(detail)"
        case .newerVersion(let path, let found, let supported):
            "the store at \(path) has format \(found), written by a newer whittle; this one reads up to format \(supported)"
        case .digestMismatch(let expected, let got):
            "content does not match its digest: expected \(expected), got \(got)"
        case .sizeMismatch(let digest, let expected, let got):
            "\(digest.map { "\($0)" } ?? "content") has \(got) bytes instead of \(expected)"
        case .invalidSize(let size): "\(size) is not a possible size"
        case .notFound(let what): "\(what) is not in the store"
        case .busy(let path): "another process has kept \(path) locked for too long"
        case .interrupted(let what): "gave up waiting for \(what)"
        case .unpackFailed(let layer, let reason): "cannot unpack layer \(layer): \(reason)"
        case .cacheMountFailed(let id, let reason): "cannot prepare cache mount \(id): \(reason)"
        case .fileSystem(let operation, let path, let code): "cannot \(operation) \(path): \(errorText(code))"
        case .database(let path, let code, let message): "database \(path): \(message) (code \(code))"
        }
    }
}

extension StoreError {
    /// The case that fits a failed system call.
    init(operation: String, path: String, errno code: Int32) {
        switch code {
        case ENOSPC, EDQUOT: self = .diskFull(path: path)
        case EACCES, EPERM, EROFS: self = .permissionDenied(operation: operation, path: path)
        default: self = .fileSystem(operation: operation, path: path, errno: code)
        }
    }
}

/// What the system calls an errno value. `strerror` is thread-safe in glibc since 2.32; the text is copied at once.
private func errorText(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let words = String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
}
