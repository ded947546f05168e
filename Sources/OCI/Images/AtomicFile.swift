import Glibc

/// A file that appears under its name complete or not at all: written under a temporary name in the same directory,
/// then renamed. A device, pipe or socket of that name is written to as it is: replacing `/dev/null` or `/dev/stdout` would
/// take it from everybody else.
public final class AtomicFile {
    /// Where the content goes.
    public let descriptor: Int32
    private let path: String
    /// Nil where the content goes straight to a device.
    private let temporary: String?
    private var isOpen = true

    /// Creates the temporary file.
    ///
    /// - Parameter mode: the permissions, less the umask.
    /// - Throws: ``OCIError/system(operation:path:errno:)``.
    public init(path: String, mode: mode_t = 0o644) throws(OCIError) {
        self.path = path
        var status = stat()
        if stat(path, &status) == 0, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) {
            let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
            self.temporary = nil
            self.descriptor = descriptor
            return
        }
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { path[...$0] } ?? ""
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        var attempt = 0
        while true {
            let temporary = "\(directory).\(name).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
            let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if descriptor >= 0 {
                self.temporary = temporary
                self.descriptor = descriptor
                return
            }
            attempt += 1
            guard errno == EEXIST, attempt < 16 else { throw .system(operation: "create", path: path, errno: errno) }
        }
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        if let temporary { unlink(temporary) }
    }

    /// Puts the content under its name.
    public func commit() throws(OCIError) {
        guard isOpen else { return }
        if let temporary {
            guard fsync(descriptor) == 0 else { throw .system(operation: "write", path: path, errno: errno) }
            guard rename(temporary, path) == 0 else { throw .system(operation: "create", path: path, errno: errno) }
        }
        isOpen = false
        close(descriptor)
    }
}
