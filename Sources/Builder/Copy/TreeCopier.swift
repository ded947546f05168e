import BuildContext
import CLinux
import Glibc

/// Copies one selected source, file or directory, into an open destination directory.
///
/// Everything works on names relative to open directories, so nothing can be redirected by a link, and no path is put
/// together per file. Directories on the way to something selected are made when the first such thing is met.
final class TreeCopier {
    /// How copied files look.
    struct Attributes {
        /// Replaces every owner.
        var owner: FileOwner?
        /// Owners are those of the source; else `0:0`.
        var keepsOwners: Bool
        var modeChange: ModeChange?
        /// What a file's mode is before the change; `nil` for that of the source.
        var sourceMode: UInt32?
        /// Replaces every modification time.
        var time: FileTime?
    }

    /// A directory on the way down.
    struct Level {
        let source: OpenFile
        let sourceStatus: FileStatus
        /// The name in both trees; empty for the top.
        let name: PathBytes
        let isSelected: Bool
        var isVisible: Bool
        /// Set once the directory exists in the destination.
        var target: OpenFile?
        var isCreated = false
        /// The owner that the kernel gives to new files here, learned from the first one.
        var defaultOwner: FileOwner?
    }

    let attributes: Attributes
    let filter: SelectionFilter
    let isCancelled: @Sendable () -> Bool
    /// Where the top lies in the image, for messages.
    let targetPath: PathBytes
    var contents = FileContents()
    var levels: [Level] = []
    /// The path in the source tree, kept only when there are patterns to match it with.
    private var path: PathBytes
    private let pathStart: Int
    /// The first copy of each file with several names: its path below the top.
    var firstNames: [FileIdentity: PathBytes] = [:]

    /// - Parameters:
    ///   - sourcePath: the source's resolved path in its tree, relative.
    ///   - targetPath: the destination's path in the image, for messages.
    init(
        attributes: Attributes, filter: SelectionFilter, sourcePath: PathBytes, targetPath: PathBytes,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.attributes = attributes
        self.filter = filter
        self.targetPath = targetPath
        self.isCancelled = isCancelled
        path = sourcePath.isEmpty ? [] : sourcePath + [0x2F]
        pathStart = path.count
    }

    /// Copies the contents of a directory into an existing one.
    ///
    /// - Parameter created: the destination was made for this copy and gets the source's attributes, too.
    func copyDirectory(_ source: OpenFile, status: FileStatus, into target: OpenFile, created: Bool) throws(PathFailure)
    {
        levels = [
            Level(
                source: source, sourceStatus: status, name: [], isSelected: true, isVisible: true, target: target,
                isCreated: created)
        ]
        try copyEntries(filter.takesEverything ? nil : filter.state(below: PathBytes(path.dropLast())))
        if created { try finish(levels[0]) }
    }

    /// Copies a single file of `source` to `name` in `target`.
    func copyFile(_ sourceName: PathBytes, of source: OpenFile, to name: PathBytes, in target: OpenFile)
        throws(PathFailure)
    {
        let failure: PathFailure? = sourceName.withCString { sourceName in
            name.withCString { name in
                do throws(PathFailure) {
                    guard let status = FileStatus(of: sourceName, in: source.descriptor) else {
                        throw PathFailure("read the status of", targetPath)
                    }
                    var entry = EntryCopy(source: source, target: target, sourceName: sourceName, targetName: name)
                    try copy(&entry, type: status.type, status: status, linksAreFollowed: false)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw failure }
    }

    private func copyEntries(_ state: SelectionFilter.State?) throws(PathFailure) {
        let depth = levels.count - 1
        let source = levels[depth].source
        let listing = try DirectoryListing(reading: source.descriptor, path: currentPath(nil))
        for entry in listing.entries {
            if isCancelled() { throw PathFailure(.cancelled) }
            let name = listing.name(entry)
            var type = UInt32(entry.type) << 12
            var status: FileStatus?
            if entry.type == 0 {
                status = FileStatus(of: name, in: source.descriptor)
                guard let status else { throw PathFailure("read the status of", currentPath(listing.bytes(entry))) }
                type = status.type
            }
            guard let state else {
                if type == S_IFDIR {
                    try copySubdirectory(
                        name, listing.bytes(entry), .init(isVisible: true, isSelected: true, descends: true), nil)
                } else {
                    try copyEntry(name, type, status)
                }
                continue
            }
            let length = path.count
            defer { path.removeLast(path.count - length) }
            path.append(
                contentsOf: UnsafeBufferPointer(
                    start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: entry.length))
            if type == S_IFDIR {
                let (verdict, below) = filter.directory(path, from: pathStart, below: state)
                guard verdict.descends || verdict.isVisible && verdict.isSelected else { continue }
                path.append(0x2F)
                try copySubdirectory(name, listing.bytes(entry), verdict, below)
            } else {
                let verdict = filter.file(path, from: pathStart, below: state)
                guard verdict.isVisible else { continue }
                try makeVisible()
                guard verdict.isSelected else { continue }
                try openTarget(depth)
                try copyEntry(name, type, status)
            }
        }
    }

    private func copySubdirectory(
        _ name: UnsafePointer<CChar>, _ nameBytes: PathBytes, _ verdict: SelectionFilter.Verdict,
        _ state: SelectionFilter.State?
    ) throws(PathFailure) {
        let parent = levels[levels.count - 1]
        guard let source = OpenFile.directory(name, in: parent.source.descriptor) else {
            throw PathFailure("open", currentPath(nameBytes))
        }
        let status = try source.status(path: currentPath(nameBytes))
        levels.append(
            Level(
                source: source, sourceStatus: status, name: nameBytes, isSelected: verdict.isSelected,
                isVisible: false))
        defer { levels.removeLast() }
        if verdict.isVisible { try makeVisible() }
        if verdict.descends { try copyEntries(state) }
        let level = levels[levels.count - 1]
        if level.target != nil { try finish(level) }
    }

    /// Something visible was met: the directories above it exist, and those that are selected are made.
    private func makeVisible() throws(PathFailure) {
        var depth = levels.count - 1
        while depth >= 0 && !levels[depth].isVisible {
            levels[depth].isVisible = true
            if levels[depth].isSelected { try openTarget(depth) }
            depth -= 1
        }
    }

    /// Makes or opens the destination's directories down to `depth`.
    private func openTarget(_ depth: Int) throws(PathFailure) {
        if levels[depth].target != nil { return }
        try openTarget(depth - 1)
        guard let parent = levels[depth - 1].target else { return }
        let level = levels[depth]
        let path = { self.targetPath(depth) }
        guard let (target, isNew) = level.name.withCString({ OpenFile.makeDirectory($0, in: parent.descriptor) }) else {
            // A symbolic link counts as a file here, even one to a directory.
            if errno == ENOTDIR || errno == ELOOP { throw PathFailure(.directoryOverFile, path()) }
            throw PathFailure("create", path())
        }
        levels[depth].target = target
        levels[depth].isCreated = isNew
        // A directory that is only on the way to something selected, and exists, gets the mode but not the owner.
        if !isNew && !level.isSelected && fchmod(target.descriptor, level.sourceStatus.permissions) != 0 {
            throw PathFailure("change the mode of", path())
        }
    }

    /// Gives a directory its attributes, after everything in it is written.
    private func finish(_ level: Level) throws(PathFailure) {
        guard let target = level.target else { return }
        let time = attributes.time ?? level.sourceStatus.modified
        if level.isCreated || level.isSelected {
            try target.setAttributes(
                owner: owner(of: level.sourceStatus), mode: mode(of: level.sourceStatus), time: time,
                path: targetPath(levels.count - 1))
        } else {
            _ = time.apply(to: target.descriptor)
        }
    }

    func owner(of status: FileStatus) -> FileOwner {
        attributes.owner ?? (attributes.keepsOwners ? status.owner : .root)
    }

    func mode(of status: FileStatus) -> UInt32 {
        let mode = attributes.sourceMode ?? status.permissions
        return attributes.modeChange?.apply(to: mode, isDirectory: status.isDirectory) ?? mode
    }

    private func copyEntry(_ name: UnsafePointer<CChar>, _ type: UInt32, _ status: FileStatus?) throws(PathFailure) {
        let depth = levels.count - 1
        guard let target = levels[depth].target else { return }
        var entry = EntryCopy(source: levels[depth].source, target: target, sourceName: name, targetName: name)
        entry.defaultOwner = levels[depth].defaultOwner
        try copy(&entry, type: type, status: status, linksAreFollowed: true)
        levels[depth].defaultOwner = entry.defaultOwner
    }

    /// The path of a directory level in the image.
    private func targetPath(_ depth: Int) -> PathBytes {
        levels[0...depth].reduce(targetPath) { $1.name.isEmpty ? $0 : $0.appending(component: $1.name) }
    }

    /// The path of an entry of the current level in the image.
    func currentPath(_ name: PathBytes?) -> PathBytes {
        let directory = levels.isEmpty ? targetPath : targetPath(levels.count - 1)
        return name.map { levels.isEmpty ? directory : directory.appending(component: $0) } ?? directory
    }
}
