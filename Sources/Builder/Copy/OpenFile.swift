import BuildContext
import CLinux
import Glibc

/// An open file description that is closed when the last reference goes.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Opens a directory of `parent` without following a symbolic link.
    static func directory(_ name: UnsafePointer<CChar>, in parent: Int32) -> OpenFile? {
        let descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return descriptor < 0 ? nil : OpenFile(adopting: descriptor)
    }

    /// Makes a directory, or opens the one that is there; `nil` with errno set when neither can be done.
    ///
    /// A new one is only for its owner, and no mode is safe from the umask: set it when the directory is filled.
    static func makeDirectory(_ name: UnsafePointer<CChar>, in parent: Int32) -> (directory: OpenFile, isNew: Bool)? {
        let isNew = mkdirat(parent, name, 0o700) == 0
        guard isNew || errno == EEXIST else { return nil }
        if let made = directory(name, in: parent) { return (made, isNew) }
        // A umask can keep out even the owner.
        guard isNew, errno == EACCES, fchmodat(parent, name, 0o700, 0) == 0 else { return nil }
        return directory(name, in: parent).map { ($0, true) }
    }

    func status(path: @autoclosure () -> PathBytes) throws(PathFailure) -> FileStatus {
        guard let status = FileStatus(of: descriptor) else { throw PathFailure("read the status of", path()) }
        return status
    }

    /// Where a symbolic link of this directory points, NUL-terminated; `nil` with errno set when that fails.
    func linkTarget(_ name: UnsafePointer<CChar>) -> [CChar]? {
        // The kernel keeps no longer targets.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = readlinkat(descriptor, name, start, buffer.count)
            return count < 0 ? nil : Array(buffer.prefix(count)) + [0]
        }
    }

    /// The whole file, at most `limit` bytes.
    func readAll(limit: Int, path: PathBytes) throws(PathFailure) -> [UInt8] {
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while contents.count <= limit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw PathFailure("read", path)
            }
            if count == 0 { break }
            contents += buffer[..<count]
        }
        return contents
    }
}

/// What the kernel says about a file.
struct FileStatus: Sendable {
    let identity: FileIdentity
    let mode: UInt32
    let owner: FileOwner
    let size: Int64
    /// Space taken, in units of 512 bytes; less than the size says where the file has holes.
    let blocks: Int64
    let linkCount: UInt64
    let representedDevice: UInt64
    let modified: FileTime
    let changed: FileTime

    init(_ status: stat) {
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        mode = status.st_mode
        owner = FileOwner(uid: status.st_uid, gid: status.st_gid)
        size = Int64(status.st_size)
        blocks = Int64(status.st_blocks)
        linkCount = UInt64(status.st_nlink)
        representedDevice = UInt64(status.st_rdev)
        modified = FileTime(of: status.st_mtim)
        changed = FileTime(of: status.st_ctim)
    }

    init?(of descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The status of an entry of a directory, a symbolic link not followed; `nil` with errno set when that fails.
    init?(of name: UnsafePointer<CChar>, in directory: Int32) {
        var status = stat()
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.init(status)
    }

    var type: UInt32 { mode & S_IFMT }
    var isDirectory: Bool { type == S_IFDIR }
    var isRegularFile: Bool { type == S_IFREG }
    var isSymbolicLink: Bool { type == S_IFLNK }
    var permissions: UInt32 { mode & 0o7777 }
}

extension FileTime {
    init(of time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
    }

    /// For utimensat(2): the access time stays, the modification time becomes this.
    private var timespecs: (timespec, timespec) {
        // UTIME_OMIT, a macro that is not imported.
        (timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds)))
    }

    /// Sets the modification time of an open file.
    func apply(to descriptor: Int32) -> Int32 {
        var times = timespecs
        return withUnsafeBytes(of: &times) {
            futimens(descriptor, $0.assumingMemoryBound(to: timespec.self).baseAddress)
        }
    }

    /// Sets the modification time of an entry, a symbolic link's own included.
    func apply(to name: UnsafePointer<CChar>, in directory: Int32) -> Int32 {
        var times = timespecs
        return withUnsafeBytes(of: &times) {
            utimensat(directory, name, $0.assumingMemoryBound(to: timespec.self).baseAddress, AT_SYMLINK_NOFOLLOW)
        }
    }
}

extension PathBytes {
    /// Calls `body` with the bytes as a C string.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer in
            for index in 0..<count { buffer[index] = CChar(bitPattern: self[index]) }
            buffer[count] = 0
            // The buffer has at least one element, so it has an address; the fallback is never used.
            return buffer.baseAddress.map { body(UnsafePointer($0)) } ?? body("")
        }
    }
}
