import CLinux
import Glibc
import OCI

/// Writes the layer that an overlay's upper directory is: what it adds and changes, and a whiteout for what it deletes.
///
/// What is unchanged, such as a file that was opened for writing only, or the parents of a change, is written just where
/// the order of a layer asks for it: each entry's parent directories come first. Directories are walked once, in byte order.
final class UpperWalk {
    /// Directories nested deeper are refused: no tool unpacks them.
    static let depthLimit = 2048

    private struct Parent {
        let entry: TarEntry
        var isWritten: Bool
    }

    private struct Inode: Hashable {
        let device: dev_t
        let number: ino_t
    }

    private let writer: LayerWriter
    private let clamp: TimestampRule
    private let observer: ((TarEntry) -> Void)?
    private var parents: [Parent] = []
    /// Files with several names: the name that was written first.
    private var linked: [Inode: PathBytes] = [:]

    init(writer: LayerWriter, clamp: TimestampRule, observer: ((TarEntry) -> Void)?) {
        self.writer = writer
        self.clamp = clamp
        self.observer = observer
    }

    /// Walks one directory.
    ///
    /// - Parameters:
    ///   - lower: the same directory before the change; nil when there was none.
    ///   - isOpaque: nothing of `lower` shows through: what is not here is deleted.
    func walk(_ upper: OpenFile, path: PathBytes, lower: LowerDirectory?, isOpaque: Bool) throws {
        guard let names = upper.names() else { throw system("list", path) }
        guard isOpaque, let lower else {
            for name in names { try visit(name, in: upper, path: joined(path, name), lower: lower, isOpaque: false) }
            return
        }
        // Overlayfs has one mark for the directory, a layer gets one whiteout for each name that is gone.
        let gone = try lower.names(path: path)
        let all = gone.union(names).sorted { $0.lexicographicallyPrecedes($1) }
        let here = Set(names)
        for name in all {
            if here.contains(name) {
                try visit(name, in: upper, path: joined(path, name), lower: lower, isOpaque: true)
            } else {
                try writeWhiteout(name, in: path)
            }
        }
    }

    private func visit(
        _ name: PathBytes, in upper: OpenFile, path: PathBytes, lower: LowerDirectory?, isOpaque: Bool
    ) throws {
        guard let status = upper.status(of: name) else { throw system("stat", path) }
        if status.isWhiteout {
            // One for something that never was is left over from a file made and removed by the same step.
            if let lower, lower.contains(name) {
                try writeWhiteout(name, in: PathBytes(path.dropLast(name.count + 1)))
            }
            return
        }
        let before = try lower?.child(name, path: path) ?? .absent
        switch status.st_mode & S_IFMT {
        case S_IFDIR: try visitDirectory(name, status, in: upper, path: path, before: before, isOpaque: isOpaque)
        case S_IFREG: try writeFile(name, status, in: upper, path: path, before: before)
        case S_IFLNK:
            guard let target = upper.linkTarget(of: name) else { throw system("read the link", path) }
            if case .file(let old, let directory) = before, Self.isSame(old, status),
                directory.linkTarget(of: name) == target
            {
                return
            }
            var entry = entry(.symlink, path, status)
            entry.linkName = target
            try write(entry, status)
        case S_IFCHR, S_IFBLK, S_IFIFO:
            if case .file(let old, _) = before, Self.isSame(old, status) { return }
            var entry = entry(Self.kind(status), path, status)
            entry.deviceMajor = UInt32(gnu_dev_major(status.st_rdev))
            entry.deviceMinor = UInt32(gnu_dev_minor(status.st_rdev))
            try write(entry, status)
        default:
            // A socket is of no use without the process that listens on it, and tar has no form for it.
            break
        }
    }

    private func visitDirectory(
        _ name: PathBytes, _ status: stat, in upper: OpenFile, path: PathBytes, before: LowerDirectory.Child,
        isOpaque: Bool
    ) throws {
        guard parents.count < Self.depthLimit else {
            throw LayerFormatError.tooDeep(path: display(path), limit: Self.depthLimit)
        }
        guard let directory = upper.openDirectory(name) else { throw system("open", path) }
        if directory.isRedirected {
            throw LayerFormatError.unsupportedOverlay(path: display(path), feature: "redirect_dir")
        }
        var entry = entry(.directory, path, status)
        entry.attributes = Self.capability(of: directory)
        parents.append(Parent(entry: entry, isWritten: false))
        defer { parents.removeLast() }
        guard case .directory(let old, let lower) = before else {
            try writeParents()
            return try walk(directory, path: path, lower: nil, isOpaque: false)
        }
        let isUnchanged =
            old.st_mode == status.st_mode && old.st_uid == status.st_uid && old.st_gid == status.st_gid
            && lower.attributes.map(Self.capability) == entry.attributes
        if !isUnchanged { try writeParents() }
        try walk(directory, path: path, lower: lower, isOpaque: isOpaque || directory.isOpaque)
    }

    private func writeFile(
        _ name: PathBytes, _ status: stat, in upper: OpenFile, path: PathBytes, before: LowerDirectory.Child
    ) throws {
        guard let file = upper.open(name, O_RDONLY) else { throw system("open", path) }
        if case .file(let old, let directory) = before, Self.isSame(old, status),
            try isSameContent(file, status, old, directory, name, path)
        {
            return
        }
        // Copied up without its content: reading the upper file would give holes.
        if Int64(status.st_blocks) * 512 < Int64(status.st_size), file.isMetadataOnly {
            throw LayerFormatError.unsupportedOverlay(path: display(path), feature: "metacopy")
        }
        var entry = entry(.file, path, status)
        entry.size = Int64(status.st_size)
        entry.attributes = Self.capability(of: file)
        // A second name of a file that has been written becomes a link to it in there.
        try write(entry, status, content: file)
    }

    /// Writes an entry after its parents; as a hard link when the file has been written under another name.
    private func write(_ entry: TarEntry, _ status: stat, content: OpenFile? = nil) throws {
        var entry = entry
        var content = content
        if status.st_nlink > 1 {
            let inode = Inode(device: status.st_dev, number: status.st_ino)
            if let first = linked[inode] {
                entry.kind = .hardlink
                entry.linkName = first
                entry.size = 0
                content = nil
            } else {
                linked[inode] = entry.name
            }
        }
        try writeParents()
        observer?(entry)
        if let content {
            try writer.add(entry, contentOf: content.descriptor, path: display(entry.name))
        } else {
            try writer.add(entry)
        }
    }

    private func writeWhiteout(_ name: PathBytes, in directory: PathBytes) throws {
        try writeParents()
        // Whiteouts have no time, owner or mode of their own.
        let entry = TarEntry(name: joined(directory, Whiteout.prefix + name), kind: .file, mode: 0)
        observer?(entry)
        try writer.add(entry)
    }

    private func writeParents() throws {
        for index in parents.indices where !parents[index].isWritten {
            observer?(parents[index].entry)
            try writer.add(parents[index].entry)
            parents[index].isWritten = true
        }
    }

    private func entry(_ kind: TarEntry.Kind, _ path: PathBytes, _ status: stat) -> TarEntry {
        TarEntry(
            name: path, kind: kind, mode: status.st_mode & 0o7777, uid: status.st_uid, gid: status.st_gid,
            modificationSeconds: clamp.apply(to: Int64(status.st_mtim.tv_sec)))
    }

    private func system(_ operation: String, _ path: PathBytes) -> LayerFormatError {
        .system(operation: operation, path: path.isEmpty ? "the layer" : display(path), errno: errno)
    }

    private static func kind(_ status: stat) -> TarEntry.Kind {
        switch status.st_mode & S_IFMT {
        case S_IFCHR: .characterDevice
        case S_IFBLK: .blockDevice
        default: .fifo
        }
    }

    /// The only extended attribute that layers carry: what builders agree on.
    private static func capability(of file: OpenFile) -> [TarEntry.Attribute] {
        let name = "security.capability"
        return file.attribute(name).map { [TarEntry.Attribute(name: name, value: $0)] } ?? []
    }

    /// Are mode, owner, size and time of the two the same?
    private static func isSame(_ old: stat, _ new: stat) -> Bool {
        old.st_mode == new.st_mode && old.st_uid == new.st_uid && old.st_gid == new.st_gid
            && old.st_rdev == new.st_rdev && old.st_size == new.st_size && old.st_mtim.tv_sec == new.st_mtim.tv_sec
            && old.st_mtim.tv_nsec == new.st_mtim.tv_nsec
    }

    /// Are capabilities and bytes of two files the same, whose metadata is?
    private func isSameContent(
        _ file: OpenFile, _ status: stat, _ old: stat, _ directory: OpenFile, _ name: PathBytes, _ path: PathBytes
    ) throws -> Bool {
        guard let before = directory.open(name, O_RDONLY) else { throw system("open", path) }
        guard Self.capability(of: before) == Self.capability(of: file) else { return false }
        // A time with a fraction was set by a write; unpacking a layer leaves whole seconds, which say little.
        if status.st_mtim.tv_nsec != 0 { return true }
        return try file.hasBytes(of: before, path: path)
    }
}
