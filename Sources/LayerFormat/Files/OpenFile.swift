import CLinux
import Glibc
import OCI

/// An open file or directory; closed when nobody holds it any more.
final class OpenFile {
    let descriptor: Int32

    /// Takes over a descriptor.
    init(taking descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Opens a directory by its path, which the user gave: symbolic links are followed.
    static func directory(_ path: String) throws(LayerFormatError) -> OpenFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        return OpenFile(taking: descriptor)
    }

    /// Opens a name in this directory, not following a link. nil with `errno` set when that fails.
    func open(_ name: PathBytes, _ flags: Int32, mode: mode_t = 0) -> OpenFile? {
        let descriptor = withCString(name) { openat(self.descriptor, $0, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
        return descriptor < 0 ? nil : OpenFile(taking: descriptor)
    }

    /// Opens a directory in this directory, not following a link. nil with `errno` set when that fails.
    func openDirectory(_ name: PathBytes) -> OpenFile? {
        open(name, O_RDONLY | O_DIRECTORY)
    }

    /// What is known of a name in this directory, not following a link. nil with `errno` set when that fails.
    func status(of name: PathBytes) -> stat? {
        var status = stat()
        return withCString(name) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0 ? status : nil
    }

    /// What is known of this file. nil with `errno` set when that fails.
    func status() -> stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// The target of a symbolic link in this directory. nil with `errno` set when that fails.
    func linkTarget(of name: PathBytes) -> PathBytes? {
        var target = PathBytes(repeating: 0, count: Int(PATH_MAX))
        let count = withCString(name) { name in
            target.withUnsafeMutableBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) { chars in
                    chars.baseAddress.map { readlinkat(descriptor, name, $0, chars.count) } ?? -1
                }
            }
        }
        guard count >= 0 else { return nil }
        return PathBytes(target[..<count])
    }

    /// An extended attribute of this file. nil when it has none of that name, or the file system has no attributes.
    func attribute(_ name: String) -> [UInt8]? {
        // No attribute that is asked for here is longer, but for a hostile one.
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { buffer in
            let count = fgetxattr(descriptor, name, buffer.baseAddress, buffer.count)
            return count < 0 ? nil : Array(buffer[..<count])
        }
    }

    /// The length of an extended attribute; negative when there is none.
    func attributeLength(_ name: String) -> Int {
        fgetxattr(descriptor, name, nil, 0)
    }

    /// Does this file have the same bytes as another, from where either was read to?
    func hasBytes(of other: OpenFile, path: PathBytes) throws -> Bool {
        let left = FileSource(descriptor: descriptor, path: display(path), bufferSize: 128 << 10)
        let right = FileSource(descriptor: other.descriptor, path: display(path), bufferSize: 128 << 10)
        while true {
            let a = try left.read(upTo: .max)
            let b = try right.read(upTo: .max)
            if a.isEmpty, b.isEmpty { return true }
            guard a.elementsEqual(b) else { return false }
        }
    }

    /// The names in this directory in byte order, without `.` and `..`. nil with `errno` set when that fails.
    func names() -> [PathBytes]? {
        // A descriptor of its own: closing the stream closes it, and each listing starts at the beginning.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard copy >= 0 else { return nil }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return nil
        }
        defer { closedir(stream) }
        var names: [PathBytes] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { return nil }
                break
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { PathBytes($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        names.sort { $0.lexicographicallyPrecedes($1) }
        return names
    }
}

/// Calls `body` with the bytes as a C string. Names with a NUL byte are refused before they get here.
func withCString<T>(_ name: PathBytes, _ body: (UnsafePointer<CChar>) -> T) -> T {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
        for (index, byte) in name.enumerated() { buffer[index] = CChar(bitPattern: byte) }
        buffer[name.count] = 0
        // Not nil: the buffer has at least one element.
        return buffer.baseAddress.map { body(UnsafePointer($0)) } ?? body("")
    }
}

/// A path for messages.
func display(_ path: PathBytes) -> String {
    String(decoding: path, as: UTF8.self)
}

/// `directory/name`, without a slash in front when the directory is the root.
func joined(_ directory: PathBytes, _ name: PathBytes) -> PathBytes {
    directory.isEmpty ? name : directory + [UInt8(ascii: "/")] + name
}

extension stat {
    var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
    var isSymlink: Bool { st_mode & S_IFMT == S_IFLNK }
    var isRegular: Bool { st_mode & S_IFMT == S_IFREG }

    /// Overlayfs's mark for "deleted here": a character device 0:0.
    var isWhiteout: Bool { st_mode & S_IFMT == S_IFCHR && st_rdev == 0 }
}

/// Removes a name from a directory, with everything below it, never following a link.
func removeTree(_ name: PathBytes, in directory: OpenFile, path: PathBytes) throws(LayerFormatError) {
    if withCString(name, { unlinkat(directory.descriptor, $0, 0) }) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM || errno == ENOTEMPTY else {
        throw .system(operation: "remove", path: display(path), errno: errno)
    }
    // From here on with a list of open directories instead of recursion: a hostile tree can be very deep.
    var open: [(name: PathBytes, directory: OpenFile, rest: [PathBytes])] = []
    func enter(_ name: PathBytes, _ parent: OpenFile) throws(LayerFormatError) {
        guard let child = parent.openDirectory(name), let names = child.names() else {
            throw .system(operation: "remove", path: display(path), errno: errno)
        }
        open.append((name, child, names))
    }
    try enter(name, directory)
    while let last = open.indices.last {
        if let next = open[last].rest.popLast() {
            let parent = open[last].directory
            if withCString(next, { unlinkat(parent.descriptor, $0, 0) }) == 0 { continue }
            guard errno == EISDIR || errno == EPERM else {
                throw .system(operation: "remove", path: display(joined(path, next)), errno: errno)
            }
            try enter(next, parent)
        } else {
            let done = open.removeLast()
            let parent = open.last?.directory ?? directory
            guard withCString(done.name, { unlinkat(parent.descriptor, $0, AT_REMOVEDIR) }) == 0 else {
                throw .system(operation: "remove", path: display(path), errno: errno)
            }
        }
    }
}
