import CLinux
import Glibc
import Synchronization

/// A directory for what a process needs while it runs and nobody afterwards: bundles, mount points, secrets, runtime state.
///
/// It is a file system in memory, mounted in the process's own mount namespace: it goes with the process, however that ends,
/// and other processes may use the same path at the same time.
public final class Scratch: Sendable {
    /// Absolute path of the directory.
    public let path: String
    private let counter = Mutex(0)

    /// Mounts the file system over `directory`, which is made when it is missing and stays behind empty.
    public init(over directory: String) throws(SandboxError) {
        try Self.makeDirectories(directory)
        let flags = UInt(MS_NOSUID) | UInt(MS_NODEV)
        guard mount("whittle", directory, "tmpfs", flags, "mode=711") == 0 else {
            throw .mountFailed(what: "scratch file system", at: directory, code: errno, detail: nil)
        }
        path = directory
    }

    /// Makes a new directory in it.
    ///
    /// - Parameters:
    ///   - prefix: Beginning of its name.
    ///   - mode: Its permission bits.
    public func makeDirectory(_ prefix: String, mode: UInt32 = 0o700) throws(SandboxError) -> String {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let directory = "\(path)/\(prefix)-\(number)"
        guard mkdir(directory, 0o700) == 0, chmod(directory, mode_t(mode)) == 0 else {
            throw .system(call: "mkdir", path: directory, code: errno)
        }
        return directory
    }

    /// Takes the file system away with all it holds.
    public func unmount() {
        umount2(path, Int32(MNT_DETACH))
    }

    /// Makes `directory` and the missing ones above it.
    static func makeDirectories(_ directory: String) throws(SandboxError) {
        if mkdir(directory, 0o755) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = directory.lastIndex(of: "/"), slash != directory.startIndex {
            try makeDirectories(String(directory[..<slash]))
            if mkdir(directory, 0o755) == 0 || errno == EEXIST { return }
        }
        throw .system(call: "mkdir", path: directory, code: errno)
    }

    /// Writes a new file with exactly these permission bits.
    static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SandboxError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(call: "create", path: path, code: errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(call: "write", path: path, code: errno) }
            written += count
        }
        guard fchmod(descriptor, mode_t(mode)) == 0 else { throw .system(call: "chmod", path: path, code: errno) }
    }

    /// Removes a directory that holds plain files and directories; what is mounted there must be unmounted.
    static func removeTree(_ directory: String) {
        for name in directoryEntries(directory) {
            let path = directory + "/" + name
            if unlink(path) != 0, errno == EISDIR || errno == EPERM { removeTree(path) }
        }
        rmdir(directory)
    }
}
