import Glibc

/// How much a directory tree holds.
public struct TreeSize: Hashable, Sendable {
    /// Directory entries below the root, of every type.
    public var entries: Int64
    /// The lengths of the regular files in bytes; a file with several names counts once.
    public var bytes: Int64

    /// A size from its parts.
    public init(entries: Int64 = 0, bytes: Int64 = 0) {
        self.entries = entries
        self.bytes = bytes
    }
}

/// Walks over trees that other programs have filled: never follows a symbolic link, never leaves the file system it
/// starts on, and holds one descriptor at a time, so that a tree may be deeper than the limit on open files and its paths
/// longer than `PATH_MAX`. It climbs back with `..`, which is safe since nobody moves directories of these trees meanwhile.
enum DirectoryTree {
    /// Counts the entries and bytes below `path`.
    static func size(of path: String) throws(StoreError) -> TreeSize {
        var size = TreeSize()
        var linked: Set<UInt64> = []
        try walk(path) { (directory, name, type) throws(StoreError) in
            size.entries += 1
            guard type == DT_REG || type == DT_UNKNOWN else { return }
            var status = stat()
            guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw StoreError(operation: "stat a file below", path: path, errno: errno)
            }
            guard status.st_mode & S_IFMT == S_IFREG else { return }
            if status.st_nlink > 1, !linked.insert(UInt64(status.st_ino)).inserted { return }
            size.bytes += Int64(status.st_size)
        } leave: { (_, _) throws(StoreError) in
        }
        return size
    }

    /// Removes everything below `path`, then `path` itself. Fine when it is already gone.
    ///
    /// - Throws: `EBUSY` as ``StoreError/fileSystem(operation:path:errno:)`` when something is mounted inside.
    static func remove(_ path: String) throws(StoreError) {
        guard let status = status(of: path) else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try removeFile(path) }
        try walk(path) { (directory, name, type) throws(StoreError) in
            if type == DT_DIR { return }
            guard unlinkat(directory, name, 0) == 0 || errno == ENOENT || errno == EISDIR else {
                throw StoreError(operation: "remove a file below", path: path, errno: errno)
            }
        } leave: { (parent, name) throws(StoreError) in
            guard unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
                throw StoreError(operation: "remove a directory below", path: path, errno: errno)
            }
        }
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw StoreError(operation: "remove", path: path, errno: errno)
        }
    }

    /// Calls `visit` for each entry (of directories before their content) and `leave` after a directory's content.
    private static func walk(
        _ root: String,
        visit: (_ directory: Int32, _ name: UnsafePointer<CChar>, _ type: Int) throws(StoreError) -> Void,
        leave: (_ parent: Int32, _ name: [CChar]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var current = try OpenFile(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        let device = try current.status().st_dev
        // The directories being walked, each with those of its subdirectories that are still to come.
        var stack: [(name: [CChar], pending: [[CChar]])] = [([], try scan(current, visit))]
        while let top = stack.last {
            if let name = top.pending.last {
                stack[stack.count - 1].pending.removeLast()
                guard let child = try descend(from: current, name, device: device) else { continue }
                current = child
                stack.append((name, try scan(current, visit)))
            } else {
                stack.removeLast()
                if stack.isEmpty { break }
                let parent = openat(current.descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                guard parent >= 0 else { throw StoreError(operation: "walk", path: root, errno: errno) }
                current = OpenFile(adopting: parent, path: root)
                try leave(current.descriptor, top.name)
            }
        }
    }

    /// Opens a subdirectory; nil when it has gone.
    private static func descend(from parent: OpenFile, _ name: [CChar], device: dev_t) throws(StoreError) -> OpenFile? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        var descriptor = openat(parent.descriptor, name, flags)
        if descriptor < 0 && errno == EACCES {
            // Without privileges, a directory of ours may deny us (overlayfs makes its work directory with mode 0).
            fchmodat(parent.descriptor, name, 0o700, 0)
            descriptor = openat(parent.descriptor, name, flags)
        }
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw StoreError(operation: "open a directory below", path: parent.path, errno: errno)
        }
        let child = OpenFile(adopting: descriptor, path: parent.path)
        guard try child.status().st_dev == device else {
            throw StoreError(operation: "walk (something is mounted below)", path: parent.path, errno: EBUSY)
        }
        return child
    }

    /// Visits the entries of one directory and returns its subdirectories.
    private static func scan(
        _ directory: OpenFile, _ visit: (Int32, UnsafePointer<CChar>, Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [[CChar]] {
        let copy = openat(directory.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw StoreError(operation: "list a directory below", path: directory.path, errno: errno)
        }
        defer { closedir(stream) }
        var subdirectories: [[CChar]] = []
        while let entry = readdir(stream) {
            // The name as a C string: names on disk are bytes and need not be UTF-8. It lies in the stream's buffer.
            let name = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
            if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { continue }
            var type = Int(entry.pointee.d_type)
            if type == DT_UNKNOWN {
                var status = stat()
                if fstatat(copy, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFDIR {
                    type = DT_DIR
                }
            }
            try visit(copy, name, type)
            if type == DT_DIR {
                subdirectories.append(Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1)))
            }
        }
        return subdirectories
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
}
