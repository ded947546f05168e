import Glibc
import Synchronization

/// Called about twenty times a second while waiting for another process; returning false gives up.
public typealias KeepWaiting = @Sendable () -> Bool

/// An flock(2) on a file of the store. It ends with ``release()``, with the object, and with the process, however that ends.
///
/// Each lock has an open file of its own, so it excludes other threads and other `Store` values of this process too.
final class FileLock: Sendable {
    enum Mode: Sendable {
        case shared
        case exclusive
    }

    private let file: Mutex<OpenFile?>
    private let removesFile: Bool

    private init(file: OpenFile, removesFile: Bool) {
        self.file = Mutex(file)
        self.removesFile = removesFile
    }

    deinit {
        release()
    }

    /// Gives the lock back; nothing happens the second time.
    func release() {
        file.withLock { file in
            // Unlinked while still locked: whoever waits for it sees that the file has no name any more, and starts again.
            if removesFile, let file { unlink(file.path) }
            file = nil
        }
    }

    /// Waits for the lock.
    ///
    /// - Parameters:
    ///   - removingFile: the lock file goes away with the lock (only for exclusive locks).
    ///   - keepWaiting: without it the wait cannot be given up.
    static func acquire(
        _ path: String, _ mode: Mode, removingFile: Bool = false, keepWaiting: KeepWaiting? = nil
    ) throws(StoreError) -> FileLock {
        while true {
            let file = try OpenFile(path, O_RDWR | O_CREAT)
            if keepWaiting == nil {
                try lock(file, mode.operation)
            } else {
                while try !attempt(file, mode.operation | LOCK_NB) {
                    guard keepWaiting?() != false else { throw .interrupted(waitingFor: "lock \(path)") }
                    usleep(50_000)
                }
            }
            if try file.status().st_nlink > 0 { return FileLock(file: file, removesFile: removingFile) }
        }
    }

    /// The lock if it is free; nil if somebody holds it.
    static func tryAcquire(_ path: String, _ mode: Mode, removingFile: Bool = false) throws(StoreError) -> FileLock? {
        while true {
            let file = try OpenFile(path, O_RDWR | O_CREAT)
            guard try attempt(file, mode.operation | LOCK_NB) else { return nil }
            if try file.status().st_nlink > 0 { return FileLock(file: file, removesFile: removingFile) }
        }
    }

    /// The lock on a directory that exists; nil if somebody holds it or the directory is gone.
    static func tryAcquire(directory path: String) throws(StoreError) -> FileLock? {
        let file: OpenFile
        do {
            file = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        } catch {
            if case .fileSystem(_, _, let code) = error, code == ENOENT || code == ENOTDIR { return nil }
            throw error
        }
        guard try attempt(file, LOCK_EX | LOCK_NB) else { return nil }
        return try file.status().st_nlink > 0 ? FileLock(file: file, removesFile: false) : nil
    }

    private static func lock(_ file: OpenFile, _ operation: Int32) throws(StoreError) {
        while flock(file.descriptor, operation) != 0 {
            if errno != EINTR { throw StoreError(operation: "lock", path: file.path, errno: errno) }
        }
    }

    private static func attempt(_ file: OpenFile, _ operation: Int32) throws(StoreError) -> Bool {
        while flock(file.descriptor, operation) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw StoreError(operation: "lock", path: file.path, errno: errno)
            }
        }
        return true
    }
}

extension FileLock.Mode {
    fileprivate var operation: Int32 { self == .shared ? LOCK_SH : LOCK_EX }
}
