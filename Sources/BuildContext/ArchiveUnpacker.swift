import CArchive
import CLinux
import Glibc

/// Unpacks a tar archive into a directory, and never anywhere else.
///
/// Paths are taken as if the directory were the root of the file system: `..` and absolute names end inside it, and so do
/// symbolic links on the way. An entry replaces what an earlier one left under its name, except a directory that stays a
/// directory. Owners are kept when the caller is root.
struct ArchiveUnpacker {
    private let top: Descriptor
    private let keepsOwners = geteuid() == 0
    /// Directories get their modes and times at the end, when nothing is written into them any more.
    private var directories: [(path: PathBytes, metadata: Metadata)] = []

    fileprivate struct Metadata {
        let mode: mode_t
        let uid: uid_t
        let gid: gid_t
        let modified: timespec
        let capability: [UInt8]?
    }

    /// Unpacks everything in the archive.
    ///
    /// - Parameter directory: an existing directory.
    /// - Throws: ``BuildContextError/damagedArchive(name:reason:)`` and ``BuildContextError/unwritable(path:code:)``.
    static func unpack(_ archive: ArchiveInput, into directory: String) throws(BuildContextError) {
        var unpacker = ArchiveUnpacker(top: try Descriptor.directory(directory))
        while let entry = try archive.next() { try unpacker.add(entry, from: archive) }
        try unpacker.finishDirectories()
    }

    private init(top: Descriptor) {
        self.top = top
    }

    private mutating func add(_ entry: OpaquePointer, from archive: ArchiveInput) throws(BuildContextError) {
        guard let path = Self.bytes(archive_entry_pathname(entry), archive_entry_pathname_utf8(entry)) else {
            throw .damagedArchive(name: "archive", reason: "an entry has no name")
        }
        let components = Self.confined(path)
        guard let name = components.last else { return }
        let cleanPath = PathBytes(components.joined(separator: [0x2F]))
        let parent = try openParent(components.dropLast())
        let leaf = name.map { CChar(bitPattern: $0) } + [0]
        let metadata = Metadata(entry)

        if let target = Self.bytes(archive_entry_hardlink(entry), archive_entry_hardlink_utf8(entry)) {
            try addHardLink(to: Self.confined(target), parent, leaf, cleanPath)
            return
        }
        let type = archive_entry_filetype(entry)
        if type != S_IFDIR { try remove(parent, leaf, cleanPath) }
        switch type {
        case S_IFDIR:
            try makeDirectory(parent, leaf, cleanPath)
            directories.append((cleanPath, metadata))
            return
        case S_IFREG:
            let file = openat(parent.number, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw .unwritable(path: cleanPath.displayName, code: errno) }
            let descriptor = Descriptor(owning: file)
            try archive.copyData(to: file, path: cleanPath)
            // A hole at the end has no data block.
            try Self.check(ftruncate(file, max(0, off_t(archive_entry_size(entry)))), cleanPath)
            try apply(metadata, toFile: descriptor, cleanPath)
            return
        case S_IFLNK:
            let target = Self.bytes(archive_entry_symlink(entry), archive_entry_symlink_utf8(entry)) ?? []
            try Self.check(symlinkat(target.map { CChar(bitPattern: $0) } + [0], parent.number, leaf), cleanPath)
        case S_IFIFO:
            try Self.check(mkfifoat(parent.number, leaf, 0o600), cleanPath)
        case S_IFCHR, S_IFBLK:
            try Self.check(mknodat(parent.number, leaf, type | 0o600, archive_entry_rdev(entry)), cleanPath)
        default:
            // A socket means nothing without the process that listens.
            return
        }
        try apply(metadata, toName: leaf, in: parent, isLink: type == S_IFLNK, cleanPath)
    }

    /// A path's components with `.` and empty ones left out and `..` going no higher than the top.
    private static func confined(_ path: PathBytes) -> [PathBytes] {
        var result: [PathBytes] = []
        for component in path.split(separator: 0x2F) {
            if component.elementsEqual([0x2E]) { continue }
            if component.elementsEqual([0x2E, 0x2E]) {
                if !result.isEmpty { result.removeLast() }
                continue
            }
            result.append(PathBytes(component))
        }
        return result
    }

    /// Opens the directory that holds an entry; directories that the archive does not list are made.
    private func openParent(_ components: ArraySlice<PathBytes>) throws(BuildContextError) -> Descriptor {
        let path = PathBytes(components.joined(separator: [0x2F]))
        if let directory = try? open(path).get() { return directory }
        var made: PathBytes = []
        for component in components {
            let parent = open(made)
            made = made.appending(component: component)
            switch parent {
            case .failure(let failure): throw .unwritable(path: made.displayName, code: failure.code)
            case .success(let parent):
                let leaf = component.map { CChar(bitPattern: $0) } + [0]
                if mkdirat(parent.number, leaf, 0o755) == 0 {
                    try Self.check(fchmodat(parent.number, leaf, 0o755, 0), made)
                } else if errno != EEXIST {
                    throw .unwritable(path: made.displayName, code: errno)
                }
            }
        }
        switch open(path) {
        case .success(let directory): return directory
        case .failure(let failure): throw .unwritable(path: path.displayName, code: failure.code)
        }
    }

    private func open(_ path: PathBytes) -> Result<Descriptor, Descriptor.Errno> {
        let number = path.withUnsafeBytes { bytes in
            context_open_directory_in_root(
                top.number, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return number >= 0 ? .success(Descriptor(owning: number)) : .failure(.init(code: -number))
    }

    private func addHardLink(
        to target: [PathBytes], _ parent: Descriptor, _ leaf: [CChar], _ path: PathBytes
    ) throws(BuildContextError) {
        guard let name = target.last else { throw .damagedArchive(name: path.displayName, reason: "link to nothing") }
        switch open(PathBytes(target.dropLast().joined(separator: [0x2F]))) {
        case .failure(let failure): throw .unwritable(path: path.displayName, code: failure.code)
        case .success(let directory):
            let targetLeaf = name.map { CChar(bitPattern: $0) } + [0]
            var own = stat()
            var other = stat()
            // A link to itself must not remove the only name.
            if fstatat(parent.number, leaf, &own, AT_SYMLINK_NOFOLLOW) == 0,
                fstatat(directory.number, targetLeaf, &other, AT_SYMLINK_NOFOLLOW) == 0,
                own.st_ino == other.st_ino, own.st_dev == other.st_dev
            {
                return
            }
            try remove(parent, leaf, path)
            try Self.check(linkat(directory.number, targetLeaf, parent.number, leaf, 0), path)
        }
    }

    private func makeDirectory(
        _ parent: Descriptor, _ leaf: [CChar], _ path: PathBytes
    ) throws(BuildContextError) {
        var status = stat()
        if fstatat(parent.number, leaf, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { return }
            try remove(parent, leaf, path)
        }
        try Self.check(mkdirat(parent.number, leaf, 0o700), path)
    }

    /// Removes what has the name; a directory only when it is empty.
    private func remove(_ parent: Descriptor, _ leaf: [CChar], _ path: PathBytes) throws(BuildContextError) {
        if unlinkat(parent.number, leaf, 0) == 0 || errno == ENOENT { return }
        try Self.check(unlinkat(parent.number, leaf, AT_REMOVEDIR), path)
    }

    private func apply(
        _ metadata: Metadata, toFile file: Descriptor, _ path: PathBytes
    ) throws(BuildContextError) {
        if keepsOwners { try Self.check(fchown(file.number, metadata.uid, metadata.gid), path) }
        try Self.check(fchmod(file.number, metadata.mode), path)
        // After the owner, whose change drops capabilities.
        if keepsOwners, let capability = metadata.capability {
            try Self.check(
                fsetxattr(file.number, FileAttribute.capabilityName, capability, capability.count, 0), path)
        }
        futimens(file.number, [metadata.modified, metadata.modified])
    }

    private func apply(
        _ metadata: Metadata, toName leaf: [CChar], in parent: Descriptor, isLink: Bool, _ path: PathBytes
    ) throws(BuildContextError) {
        if keepsOwners {
            try Self.check(fchownat(parent.number, leaf, metadata.uid, metadata.gid, AT_SYMLINK_NOFOLLOW), path)
        }
        if !isLink { try Self.check(fchmodat(parent.number, leaf, metadata.mode, 0), path) }
        utimensat(parent.number, leaf, [metadata.modified, metadata.modified], AT_SYMLINK_NOFOLLOW)
    }

    private func finishDirectories() throws(BuildContextError) {
        // The last entry of a name counts, and inner directories come first.
        for (path, metadata) in directories.reversed().sorted(by: { $0.path.count > $1.path.count }) {
            guard case .success(let directory) = top.open(beneath: path, O_RDONLY | O_DIRECTORY) else { continue }
            try apply(metadata, toFile: directory, path)
        }
    }

    private static func check(_ result: Int32, _ path: PathBytes) throws(BuildContextError) {
        if result != 0 { throw .unwritable(path: path.displayName, code: errno) }
    }

    private static func bytes(_ raw: UnsafePointer<CChar>?, _ utf8: UnsafePointer<CChar>?) -> PathBytes? {
        guard let text = raw ?? utf8 else { return nil }
        return PathBytes(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}

extension ArchiveUnpacker.Metadata {
    fileprivate init(_ entry: OpaquePointer) {
        mode = archive_entry_perm(entry) & 0o7777
        uid = uid_t(truncatingIfNeeded: archive_entry_uid(entry))
        gid = gid_t(truncatingIfNeeded: archive_entry_gid(entry))
        modified = timespec(tv_sec: archive_entry_mtime(entry), tv_nsec: archive_entry_mtime_nsec(entry))
        var found: [UInt8]?
        archive_entry_xattr_reset(entry)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK {
            guard let name, let value, String(cString: name) == FileAttribute.capabilityName else { continue }
            found = Array(UnsafeRawBufferPointer(start: value, count: size))
        }
        capability = found
    }
}
