import Glibc
import OCI

/// Shows the files of a plain root file system to visitors as the members of one layer, in byte order, parents first.
///
/// No link is followed. The kernel's own file systems, mounted at `proc`, `sys` and `dev`, are passed over.
///
/// - Throws: ``LayerFormatError``, and what visitors throw.
public func walkDirectory(_ path: String, visitors: [any LayerVisitor]) throws {
    let root = try OpenFile.directory(path)
    try DirectoryWalk(visitors, device: root.status()?.st_dev).walk(root, [])
}

private struct DirectoryWalk {
    /// Directories nested deeper are refused, as in a layer.
    private static let depthLimit = 2_048

    private let visitors: [any LayerVisitor]

    /// The root's.
    private let device: dev_t?

    init(_ visitors: [any LayerVisitor], device: dev_t?) {
        self.visitors = visitors
        self.device = device
    }

    func walk(_ directory: OpenFile, _ path: PathBytes, depth: Int = 0) throws {
        guard depth < Self.depthLimit else {
            throw LayerFormatError.tooDeep(path: display(path), limit: Self.depthLimit)
        }
        guard let names = directory.names() else { throw Self.system("list", path) }
        for name in names {
            let path = joined(path, name)
            // What vanishes meanwhile was not there.
            guard let status = directory.status(of: name) else { continue }
            guard let entry = Self.entry(name, path, status, in: directory) else { continue }
            // A file whose name looks like a whiteout is an ordinary one here.
            let member = LayerMember(file: entry)
            try show(member) { directory.open(name, O_RDONLY | O_NONBLOCK) }
            if depth == 0, status.st_dev != device, ["proc", "sys", "dev"].contains(display(name)) { continue }
            if status.isDirectory, let child = directory.openDirectory(name) {
                try walk(child, path, depth: depth + 1)
            }
        }
    }

    private func show(_ member: LayerMember, open: () -> OpenFile?) throws {
        let audience = try MemberAudience(visitors, member)
        guard member.entry.kind == .file, !audience.isEmpty else { return }
        guard let file = open() else { throw Self.system("open", member.path) }
        let content = FileContent(file, size: member.entry.size, path: display(member.path))
        try audience.look(into: content)
        guard audience.takes else { return }
        var offset: Int64 = 0
        while true {
            let bytes = try content.bytes(at: offset, count: 256 << 10)
            if bytes.isEmpty { break }
            try audience.take(bytes)
            offset += Int64(bytes.count)
        }
        try audience.end()
    }

    private static func entry(
        _ name: PathBytes, _ path: PathBytes, _ status: stat, in directory: OpenFile
    ) -> TarEntry? {
        let kind: TarEntry.Kind
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symlink
        case S_IFCHR: kind = .characterDevice
        case S_IFBLK: kind = .blockDevice
        case S_IFIFO: kind = .fifo
        default: return nil
        }
        var entry = TarEntry(
            name: path, kind: kind, mode: status.st_mode & 0o7777, uid: status.st_uid, gid: status.st_gid)
        if kind == .file { entry.size = Int64(status.st_size) }
        if kind == .symlink { entry.linkName = directory.linkTarget(of: name) ?? [] }
        entry.modificationSeconds = Int64(status.st_mtim.tv_sec)
        return entry
    }

    private static func system(_ operation: String, _ path: PathBytes) -> LayerFormatError {
        .system(operation: operation, path: display(path), errno: errno)
    }
}

/// An open file.
private final class FileContent: RandomAccessBytes {
    private let file: OpenFile
    private let path: String
    let size: Int64

    init(_ file: OpenFile, size: Int64, path: String) {
        self.file = file
        self.size = size
        self.path = path
    }

    func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
        guard offset >= 0, offset < size, count > 0 else { return [] }
        return try readFile(
            file.descriptor, path: path, at: offset, count: Int(min(Int64(count), size - offset)))
    }
}
