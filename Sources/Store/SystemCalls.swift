import CLinux
import Glibc
import OCI

/// A file descriptor that is closed when its last owner lets go of it.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    /// Takes over a descriptor that is already open.
    init(adopting descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// open(2) with `O_CLOEXEC`; repeated when a signal interrupts it.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(StoreError) {
        var descriptor: Int32
        repeat { descriptor = open(path, flags | O_CLOEXEC, mode) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw StoreError(operation: "open", path: path, errno: errno) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Writes all the bytes at the file's offset.
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreError(operation: "write to", path: path, errno: errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        // Typed throws do not pass through `withUnsafeBytes`, hence the Result.
        try bytes.withUnsafeBytes { buffer in Result { () throws(StoreError) in try write(buffer) } }.get()
    }

    /// Reads up to the end of the file from its offset into `buffer`, as much as fits.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw StoreError(operation: "read", path: path, errno: errno) }
        }
    }

    /// Adds everything from the file's offset to its end; returns the number of bytes.
    func hash(with digester: inout Digester) throws(StoreError) -> Int64 {
        guard try status().st_size > 0 else { return 0 }
        var total: Int64 = 0
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = try buffer.withUnsafeMutableBytes { raw in
                Result { () throws(StoreError) in try read(into: raw) }
            }.get()
            if count == 0 { return total }
            buffer.withUnsafeBytes { digester.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            total += Int64(count)
        }
    }

    func status() throws(StoreError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreError(operation: "stat", path: path, errno: errno) }
        return status
    }

    /// Calls `body` with the descriptor, which stays open meanwhile. (An object may go away after its last visible use.)
    func withDescriptor<T>(_ body: (Int32) throws -> T) rethrows -> T {
        defer { withExtendedLifetime(self) {} }
        return try body(descriptor)
    }

    /// fdatasync(2): contents and size are on the disk when it returns.
    func syncData() throws(StoreError) {
        guard fdatasync(descriptor) == 0 else { throw StoreError(operation: "sync", path: path, errno: errno) }
    }
}

/// The whole content of a file; nil when there is no such file.
func contents(of path: String) throws(StoreError) -> [UInt8]? {
    let file: OpenFile
    do {
        file = try OpenFile(path, O_RDONLY)
    } catch {
        if case .fileSystem(_, _, ENOENT) = error { return nil }
        throw error
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = try buffer.withUnsafeMutableBytes { raw in
            Result { () throws(StoreError) in try file.read(into: raw) }
        }.get()
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

/// lstat(2); nil when there is nothing at `path`.
func status(of path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
}

/// mkdir(2) with exactly `mode`, whatever the umask.
func createDirectory(_ path: String, mode: mode_t) throws(StoreError) {
    guard mkdir(path, mode) == 0, chmod(path, mode) == 0 else {
        throw StoreError(operation: "create directory", path: path, errno: errno)
    }
}

/// Makes the directory and its parents where they are missing.
func createDirectories(_ path: String, mode: mode_t) throws(StoreError) {
    if let status = status(of: path), status.st_mode & S_IFMT == S_IFDIR { return }
    if mkdir(path, mode) == 0 { return }
    switch errno {
    case EEXIST:
        return  // A symbolic link to a directory, or another process was quicker; what is not usable fails on use.
    case ENOENT:
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { break }
        try createDirectories(String(path[..<slash]), mode: mode)
        if mkdir(path, mode) == 0 || errno == EEXIST { return }
    default:
        break
    }
    throw StoreError(operation: "create directory", path: path, errno: errno)
}

func move(_ source: String, to destination: String) throws(StoreError) {
    guard rename(source, destination) == 0 else {
        throw StoreError(operation: "rename \(source) to", path: destination, errno: errno)
    }
}

/// Removes a file; fine when it is already gone.
func removeFile(_ path: String) throws(StoreError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw StoreError(operation: "remove", path: path, errno: errno) }
}

/// Makes the entries of a directory durable.
func syncDirectory(_ path: String) throws(StoreError) {
    let directory = try OpenFile(path, O_RDONLY | O_DIRECTORY)
    guard directory.withDescriptor({ fsync($0) }) == 0 else {
        throw StoreError(operation: "sync", path: path, errno: errno)
    }
}

/// The names in a directory, without `.` and `..`, in no particular order; none when there is no such directory.
///
/// For directories whose names the store itself has chosen (ASCII).
func entries(of path: String) throws(StoreError) -> [String] {
    guard let directory = opendir(path) else {
        if errno == ENOENT { return [] }
        throw StoreError(operation: "list", path: path, errno: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = entryName(entry)
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}

private func entryName(_ entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
}
