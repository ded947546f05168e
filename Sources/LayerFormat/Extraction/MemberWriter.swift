import CLinux
import Glibc
import OCI

/// Makes one member of an archive into a file of an open directory, replacing what is there. Never follows a link.
struct MemberWriter {
    /// The owner of everything, instead of what the archive says.
    var owner: (uid: UInt32, gid: UInt32)?
    /// Leaves the owner as it comes: for a user namespace with one id.
    var ignoresOwner = false
    /// What became of a member.
    enum Outcome {
        case made
        /// A device in a user namespace, where there can be none.
        case skippedDevice
    }

    /// Makes a regular file.
    ///
    /// - Parameter content: writes the content into the open file.
    func file(
        _ entry: TarEntry, _ name: PathBytes, in directory: OpenFile, path: PathBytes,
        content: (_ descriptor: Int32) throws -> Void
    ) throws {
        let flags = O_WRONLY | O_CREAT | O_EXCL
        var file = directory.open(name, flags, mode: 0o600)
        if file == nil, errno == EEXIST {
            try removeTree(name, in: directory, path: path)
            file = directory.open(name, flags, mode: 0o600)
        }
        guard let file else { throw system("create", path) }
        try content(file.descriptor)
        try setOwner(entry, path) { uid, gid in fchown(file.descriptor, uid, gid) }
        guard fchmod(file.descriptor, mode_t(entry.mode)) == 0 else { throw system("set the mode of", path) }
        try setAttributes(entry, file, path)
        try setTimes(of: file, entry, path)
    }

    /// Makes a directory, or gives one that is there the entry's attributes. Its time is for the caller to set, when
    /// everything in it is made.
    ///
    /// - Returns: the directory, and whether a whiteout was in its place.
    func directory(
        _ entry: TarEntry, _ name: PathBytes, in parent: OpenFile, path: PathBytes
    ) throws -> (directory: OpenFile, wasWhiteout: Bool) {
        var wasWhiteout = false
        if withCString(name, { mkdirat(parent.descriptor, $0, 0o700) }) != 0 {
            guard errno == EEXIST, let status = parent.status(of: name) else {
                throw system("create directory", path)
            }
            if !status.isDirectory {
                wasWhiteout = status.isWhiteout
                try removeTree(name, in: parent, path: path)
                guard withCString(name, { mkdirat(parent.descriptor, $0, 0o700) }) == 0 else {
                    throw system("create directory", path)
                }
            }
        }
        guard let directory = parent.openDirectory(name) else { throw system("open", path) }
        try setOwner(entry, path) { uid, gid in fchown(directory.descriptor, uid, gid) }
        guard fchmod(directory.descriptor, mode_t(entry.mode)) == 0 else { throw system("set the mode of", path) }
        try setAttributes(entry, directory, path)
        return (directory, wasWhiteout)
    }

    /// Makes a symbolic link.
    func symlink(_ entry: TarEntry, _ name: PathBytes, in directory: OpenFile, path: PathBytes) throws {
        guard !entry.linkName.isEmpty else {
            throw LayerFormatError.unsafeName(name: display(path), reason: "it is a symbolic link to nothing")
        }
        try replacing(name, in: directory, path: path, "create symbolic link") { name in
            withCString(entry.linkName) { symlinkat($0, directory.descriptor, name) }
        }
        try finishWithoutOpening(entry, name, in: directory, path: path)
    }

    /// Makes another name for a file that is there, and gives the file the attributes of this entry, as Docker does.
    func hardlink(
        to target: PathBytes, in targetDirectory: OpenFile, _ entry: TarEntry, _ name: PathBytes,
        in directory: OpenFile, path: PathBytes
    ) throws {
        guard let source = targetDirectory.status(of: target), !source.isWhiteout else {
            throw LayerFormatError.missingLinkTarget(name: display(path), target: display(entry.linkName))
        }
        // Removing the name first would remove the only name there is.
        if let there = directory.status(of: name), there.st_ino == source.st_ino, there.st_dev == source.st_dev {
            return
        }
        guard !source.isDirectory else {
            throw LayerFormatError.unsafeName(name: display(path), reason: "it is a hard link to a directory")
        }
        try replacing(name, in: directory, path: path, "create hard link") { name in
            withCString(target) { linkat(targetDirectory.descriptor, $0, directory.descriptor, name, 0) }
        }
        // Only what differs: changing the owner, even to the same, takes capabilities away.
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        if source.st_uid != uid || source.st_gid != gid {
            try setOwner(entry, path) { uid, gid in
                withCString(name) { fchownat(directory.descriptor, $0, uid, gid, AT_SYMLINK_NOFOLLOW) }
            }
        }
        if !source.isSymlink, let now = directory.status(of: name), now.st_mode & 0o7777 != mode_t(entry.mode) {
            guard withCString(name, { fchmodat(directory.descriptor, $0, mode_t(entry.mode), 0) }) == 0 else {
                throw system("set the mode of", path)
            }
        }
        if source.isRegular, !entry.attributes.isEmpty, let file = directory.open(name, O_RDONLY) {
            try setAttributes(entry, file, path)
        }
        try setTimes(entry, name, in: directory, path: path)
    }

    /// Makes a device or a named pipe.
    func special(_ entry: TarEntry, _ name: PathBytes, in directory: OpenFile, path: PathBytes) throws -> Outcome {
        var device = dev_t(0)
        let type: mode_t
        switch entry.kind {
        case .characterDevice: type = S_IFCHR
        case .blockDevice: type = S_IFBLK
        default: type = S_IFIFO
        }
        if entry.kind != .fifo { device = gnu_dev_makedev(entry.deviceMajor, entry.deviceMinor) }
        do {
            try replacing(name, in: directory, path: path, "create device") {
                mknodat(directory.descriptor, $0, type | 0o600, device)
            }
        } catch LayerFormatError.system(_, _, EPERM) where entry.kind != .fifo {
            return .skippedDevice
        }
        try finishWithoutOpening(entry, name, in: directory, path: path)
        guard withCString(name, { fchmodat(directory.descriptor, $0, mode_t(entry.mode), 0) }) == 0 else {
            throw system("set the mode of", path)
        }
        return .made
    }

    /// Gives an open file the entry's time of modification.
    func setTimes(of file: OpenFile, _ entry: TarEntry, _ path: PathBytes) throws {
        let times = Self.times(entry)
        guard futimens(file.descriptor, [times, times]) == 0 else { throw system("set the times of", path) }
    }

    private func replacing(
        _ name: PathBytes, in directory: OpenFile, path: PathBytes, _ operation: String,
        _ make: (UnsafePointer<CChar>) -> Int32
    ) throws {
        if withCString(name, make) == 0 { return }
        guard errno == EEXIST else { throw system(operation, path) }
        try removeTree(name, in: directory, path: path)
        guard withCString(name, make) == 0 else { throw system(operation, path) }
    }

    private func finishWithoutOpening(
        _ entry: TarEntry, _ name: PathBytes, in directory: OpenFile, path: PathBytes
    ) throws {
        try setOwner(entry, path) { uid, gid in
            withCString(name) { fchownat(directory.descriptor, $0, uid, gid, AT_SYMLINK_NOFOLLOW) }
        }
        try setTimes(entry, name, in: directory, path: path)
    }

    private func setTimes(_ entry: TarEntry, _ name: PathBytes, in directory: OpenFile, path: PathBytes) throws {
        let times = Self.times(entry)
        guard withCString(name, { utimensat(directory.descriptor, $0, [times, times], AT_SYMLINK_NOFOLLOW) }) == 0
        else {
            throw system("set the times of", path)
        }
    }

    private func setOwner(_ entry: TarEntry, _ path: PathBytes, _ change: (uid_t, gid_t) -> Int32) throws {
        if ignoresOwner { return }
        let (uid, gid) = owner ?? (entry.uid, entry.gid)
        if change(uid, gid) == 0 { return }
        if errno == EINVAL {
            throw LayerFormatError.unmappedOwner(name: display(path), uid: uid, gid: gid)
        }
        throw system("change the owner of", path)
    }

    private func setAttributes(_ entry: TarEntry, _ file: OpenFile, _ path: PathBytes) throws {
        for attribute in entry.attributes where Self.accepts(attribute.name) {
            let result = attribute.value.withUnsafeBytes {
                fsetxattr(file.descriptor, attribute.name, $0.baseAddress, $0.count, 0)
            }
            guard result != 0 else { continue }
            // The file system or the namespace does not take them: the file is as good as it can be.
            guard [ENOTSUP, EPERM, EINVAL, E2BIG, ENOSPC, ERANGE].contains(errno) else {
                throw system("set extended attribute \(attribute.name) of", path)
            }
        }
    }

    /// What overlayfs or the host's security modules would obey is not for an archive to say.
    private static func accepts(_ attribute: String) -> Bool {
        if attribute == "security.capability" { return true }
        return attribute.hasPrefix("user.") && !attribute.hasPrefix("user.overlay.")
    }

    private static func times(_ entry: TarEntry) -> timespec {
        timespec(tv_sec: Int(entry.modificationSeconds), tv_nsec: Int(entry.modificationNanoseconds))
    }

    private func system(_ operation: String, _ path: PathBytes) -> LayerFormatError {
        .system(operation: operation, path: display(path), errno: errno)
    }
}

/// Writes a member's content into a file, with holes where it has some.
func writeContent(
    of entry: TarEntry, from reader: inout TarReader, to descriptor: Int32, path: PathBytes
) throws {
    let isSparse = reader.isSparse
    try reader.readContent { offset, bytes in
        var rest = bytes
        var place = offset
        while !rest.isEmpty {
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(place))
            if count < 0 {
                if errno == EINTR { continue }
                throw LayerFormatError.system(operation: "write", path: display(path), errno: errno)
            }
            place += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }
    if isSparse, ftruncate(descriptor, off_t(entry.size)) != 0 {
        throw LayerFormatError.system(operation: "write", path: display(path), errno: errno)
    }
}
