import Glibc

/// Removal of a directory tree that this process has made.
enum RemovedTree {
    /// Removes everything at a path. What is not there is no error.
    static func remove(_ path: String) throws(BuildContextError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        let tree = try TreeWalker(root: path, threads: 1).walk()
        let top = try Descriptor.directory(path)
        for entry in tree.entries.reversed() {
            let parentPath = PathBytes(entry.path.dropLast(entry.name.count).dropLast())
            guard case .success(let parent) = top.open(beneath: parentPath, O_RDONLY | O_DIRECTORY) else { continue }
            let name = entry.name.map { CChar(bitPattern: $0) } + [0]
            if unlinkat(parent.number, name, entry.kind == .directory ? AT_REMOVEDIR : 0) != 0 {
                throw .unwritable(path: path + "/" + entry.path.displayName, code: errno)
            }
        }
        if rmdir(path) != 0 { throw .unwritable(path: path, code: errno) }
    }
}
