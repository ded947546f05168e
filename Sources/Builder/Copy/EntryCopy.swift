import BuildContext
import CLinux
import Glibc

/// One file to copy: where it is, and where it goes.
struct EntryCopy {
    let source: OpenFile
    let target: OpenFile
    let sourceName: UnsafePointer<CChar>
    let targetName: UnsafePointer<CChar>
    /// The owner new files get in the target directory, once known.
    var defaultOwner: FileOwner?

    init(
        source: OpenFile, target: OpenFile, sourceName: UnsafePointer<CChar>, targetName: UnsafePointer<CChar>
    ) {
        self.source = source
        self.target = target
        self.sourceName = sourceName
        self.targetName = targetName
    }

    var targetNameBytes: PathBytes { PathBytes(UnsafeRawBufferPointer(start: targetName, count: strlen(targetName))) }
}

extension TreeCopier {
    /// Copies anything but a directory, replacing what is there unless that is a directory.
    ///
    /// - Parameters:
    ///   - status: the source's status, when it is known already.
    ///   - linksAreFollowed: whether other names of the same file become hard links.
    func copy(
        _ entry: inout EntryCopy, type: UInt32, status: FileStatus?, linksAreFollowed: Bool
    ) throws(PathFailure) {
        if type == S_IFREG {
            try copyRegularFile(&entry, linksAreFollowed: linksAreFollowed)
            return
        }
        guard let status = status ?? FileStatus(of: entry.sourceName, in: entry.source.descriptor) else {
            throw failure("read the status of", entry)
        }
        if linksAreFollowed, try linkToFirstName(status, entry) { return }
        let directory = entry.target.descriptor
        switch status.type {
        case S_IFLNK:
            guard let target = entry.source.linkTarget(entry.sourceName) else { throw failure("read the link", entry) }
            try create(entry) { symlinkat(target, directory, $0) }
        case S_IFIFO, S_IFCHR, S_IFBLK:
            let type = status.type
            try create(entry) { mknodat(directory, $0, type | 0o600, dev_t(status.representedDevice)) }
        default:
            // A socket is of no use in an image; an empty file keeps its place.
            try create(entry) { mknodat(directory, $0, S_IFREG | 0o600, 0) }
        }
        let owner = owner(of: status)
        if fchownat(directory, entry.targetName, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0 {
            throw failure("change the owner of", entry)
        }
        if !status.isSymbolicLink && fchmodat(directory, entry.targetName, mode(of: status), 0) != 0 {
            throw failure("change the mode of", entry)
        }
        if (attributes.time ?? status.modified).apply(to: entry.targetName, in: directory) != 0 {
            throw failure("set the time of", entry)
        }
    }

    /// Writes a file that has no source.
    func write(_ data: [UInt8], to name: PathBytes, in target: OpenFile) throws(PathFailure) {
        let failure: PathFailure? = name.withCString { name in
            do throws(PathFailure) {
                let entry = EntryCopy(source: target, target: target, sourceName: name, targetName: name)
                var output: Int32 = -1
                try create(entry) { name in
                    output = openat(target.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
                    return output
                }
                let file = OpenFile(adopting: output)
                try file.write(data, path: failurePath(entry))
                let mode = attributes.sourceMode ?? 0o644
                try file.setAttributes(
                    owner: attributes.owner ?? .root,
                    mode: attributes.modeChange?.apply(to: mode, isDirectory: false) ?? mode, time: attributes.time,
                    path: failurePath(entry))
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func copyRegularFile(_ entry: inout EntryCopy, linksAreFollowed: Bool) throws(PathFailure) {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        let input = openat(entry.source.descriptor, entry.sourceName, flags)
        guard input >= 0 else { throw failure("read", entry) }
        defer { close(input) }
        guard let status = FileStatus(of: input) else { throw failure("read the status of", entry) }
        if linksAreFollowed, try linkToFirstName(status, entry) { return }

        var output: Int32 = -1
        let directory = entry.target.descriptor
        try create(entry) { name in
            output = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            return output
        }
        defer { close(output) }
        let code = contents.copy(from: input, status: status, to: output)
        if code != 0 { throw failure("write", entry, code: code) }

        if entry.defaultOwner == nil { entry.defaultOwner = FileStatus(of: output)?.owner }
        let owner = owner(of: status)
        if entry.defaultOwner != owner && fchown(output, owner.uid, owner.gid) != 0 {
            throw failure("change the owner of", entry)
        }
        // Always, because the mode given to openat(2) goes through the umask.
        if fchmod(output, mode(of: status)) != 0 { throw failure("change the mode of", entry) }
        copyCapability(from: input, to: output)
        if (attributes.time ?? status.modified).apply(to: output) != 0 { throw failure("set the time of", entry) }
    }

    /// Makes the target, removing a file that has its name.
    private func create(_ entry: EntryCopy, _ make: (UnsafePointer<CChar>) -> Int32) throws(PathFailure) {
        if make(entry.targetName) >= 0 { return }
        guard errno == EEXIST else { throw failure("create", entry) }
        if unlinkat(entry.target.descriptor, entry.targetName, 0) != 0 {
            // Linux says EISDIR, POSIX EPERM.
            if errno == EISDIR || errno == EPERM,
                FileStatus(of: entry.targetName, in: entry.target.descriptor)?.isDirectory == true
            {
                throw PathFailure(.fileOverDirectory, failurePath(entry))
            }
            if errno != ENOENT { throw failure("replace", entry) }
        }
        if make(entry.targetName) < 0 { throw failure("create", entry) }
    }

    /// Makes a hard link when this file was copied before under another name. False when it was not.
    private func linkToFirstName(_ status: FileStatus, _ entry: EntryCopy) throws(PathFailure) -> Bool {
        guard status.linkCount > 1 else { return false }
        guard let first = firstNames[status.identity] else {
            var path = levels.dropFirst().reduce(into: PathBytes()) { $0 += $1.name + [0x2F] }
            path += entry.targetNameBytes
            firstNames[status.identity] = path
            return false
        }
        guard let top = levels.first?.target else { return false }
        let target = entry.target.descriptor
        var code: Int32 = 0
        try create(entry) { name in
            let result = first.withCString { linkat(top.descriptor, $0, target, name, 0) }
            code = result == 0 ? 0 : errno
            // A file with the most links there can be, or a path longer than one call takes, is copied instead.
            return code == EMLINK || code == ENAMETOOLONG || code == EXDEV ? 0 : result
        }
        return code == 0
    }

    /// File capabilities survive a copy, other extended attributes do not. Where the file system or the user
    /// namespace cannot store them, the file is still good for those who do not need them.
    private func copyCapability(from input: Int32, to output: Int32) {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 4) { buffer in
            let count = fgetxattr(input, "security.capability", buffer.baseAddress, buffer.count)
            if count > 0 { _ = fsetxattr(output, "security.capability", buffer.baseAddress, count, 0) }
        }
    }

    private func failure(_ operation: String, _ entry: EntryCopy, code: Int32 = errno) -> PathFailure {
        PathFailure(operation, failurePath(entry), code: code)
    }

    private func failurePath(_ entry: EntryCopy) -> PathBytes { currentPath(entry.targetNameBytes) }
}
