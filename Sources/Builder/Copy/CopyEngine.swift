import BuildContext
import Glibc

/// Performs COPY and ADD on mounted directories.
///
/// What comes out is what BuildKit makes of the same instruction, the access of the process permitting: the process
/// should be root of its user namespace. Calls block. The umask has no influence.
public struct CopyEngine: Sendable {
    /// Where the destination's `/etc/passwd` and `/etc/group` are: the destination stage's root, or `nil` on `scratch`
    /// and for `--link`, where only numbers are allowed.
    public var ownerDatabase: String?
    /// The modification time of whatever has no source to take one from: created directories, heredocs, fetched files
    /// without a date; `nil` leaves the current time.
    public var newFileTime: FileTime?
    /// Asked between files.
    public var isCancelled: @Sendable () -> Bool

    /// Creates an engine.
    public init(
        ownerDatabase: String?, newFileTime: FileTime?,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.ownerDatabase = ownerDatabase
        self.newFileTime = newFileTime
        self.isCancelled = isCancelled
    }

    /// Copies a selection into the directory that stands for `/` of the destination: the merged root of the stage, or
    /// for `--link` an empty directory that becomes a layer of its own.
    ///
    /// - Returns: where things went, symbolic links followed; archives that were extracted left out.
    /// - Throws: ``CopyError``. What was copied before the failure stays; the caller throws the snapshot away.
    @discardableResult
    public func copy(_ selection: CopySelection, into root: String) throws(CopyError) -> [CopyPlacement] {
        var owner: FileOwner?
        if let chown = selection.request.chown, !chown.isEmpty {
            owner = try FileOwner.resolve(chown, database: ownerDatabase)
        }
        var source: String?
        do throws(PathFailure) {
            var copy = CopyInProgress(
                engine: self, request: selection.request, owner: owner, root: try RootDirectory(path: root))
            for item in selection.items {
                source = selection.request.sources[item.sourceIndex].text
                if isCancelled() { throw PathFailure(.cancelled) }
                try copy.copy(item)
            }
            copy.applyPendingTimes()
            return copy.placements
        } catch {
            throw error.error(copying: source)
        }
    }
}

/// Where a file, or a directory with its contents, went.
public struct CopyPlacement: Hashable, Sendable {
    /// Its path in the tree it was taken from, absolute.
    public var source: PathBytes
    /// Its path in the destination, absolute.
    public var destination: PathBytes
}

/// One instruction while it is carried out.
private struct CopyInProgress {
    let engine: CopyEngine
    let request: CopyRequest
    let owner: FileOwner?
    let root: RootDirectory
    /// Times of directories that more may be written into; the last one that is asked for counts.
    private var pendingTimes: [FileIdentity: PendingTime] = [:]
    private(set) var placements: [CopyPlacement] = []
    private let destination: (path: PathBytes, isDirectory: Bool)
    /// How directories look that only the destination's path asks for.
    private let implied: NewFileAttributes

    init(engine: CopyEngine, request: CopyRequest, owner: FileOwner?, root: RootDirectory) {
        self.engine = engine
        self.request = request
        self.owner = owner
        self.root = root
        destination = request.resolvedDestination
        implied = NewFileAttributes(
            mode: request.chmod?.impliedDirectoryMode ?? 0o755, owner: owner, time: engine.newFileTime)
    }

    mutating func copy(_ item: CopySelection.Item) throws(PathFailure) {
        let source = request.sources[item.sourceIndex]
        var attributes = TreeCopier.Attributes(owner: owner, keepsOwners: false, modeChange: request.chmod)
        switch source {
        case .path(_, let tree):
            attributes.keepsOwners = tree.keepsOwners
            try copy(item, from: try RootDirectory(path: tree.root), attributes)
        case .gitCheckout(_, let directory):
            attributes.time = engine.newFileTime
            try copy(item, from: try RootDirectory(path: directory), attributes)
        case .inlineFile(_, let data):
            attributes.time = engine.newFileTime
            try copyFile(item, attributes) { (copier, name, target) throws(PathFailure) in
                try copier.write(data, to: name, in: target)
            }
        case .download(_, _, let file, let modified):
            attributes.time = modified ?? engine.newFileTime
            attributes.sourceMode = 0o600
            let location = try RootDirectory(path: "/").resolve(absolutePath(file, from: Self.currentDirectory))
            try copyOrExtract(item, location, attributes)
        }
    }

    private mutating func copy(
        _ item: CopySelection.Item, from tree: RootDirectory, _ attributes: TreeCopier.Attributes
    ) throws(PathFailure) {
        let location = try tree.resolve([0x2F] + item.path, followLast: false)
        guard location.isDirectory else {
            guard location.leafName != nil else { throw PathFailure("find", [0x2F] + item.path, code: ENOENT) }
            try copyOrExtract(item, location, attributes)
            return
        }
        let status = try location.directory.status(path: location.path)
        try prepareDestination()
        let target = try root.resolve(destination.path)
        if target.leaf != nil { throw PathFailure(.directoryOverFile, target.path) }
        let (directory, made) = try target.makeDirectories(implied)
        noteMade(made.dropLast(), in: made.isEmpty ? nil : target.directory)
        // The top directory is the instruction's own and keeps its owner and mode, except that a git checkout brings
        // its own. Either way it gets the source's time.
        let isGit = if case .gitCheckout = request.sources[item.sourceIndex] { true } else { false }
        placements.append(CopyPlacement(source: location.path, destination: target.path))
        let copier = makeCopier(item, attributes, at: target.path)
        try copier.copyDirectory(location.directory, status: status, into: directory, created: isGit && !made.isEmpty)
        notePending(directory, attributes.time ?? status.modified)
    }

    private mutating func copyOrExtract(
        _ item: CopySelection.Item, _ location: RootedLocation, _ attributes: TreeCopier.Attributes
    ) throws(PathFailure) {
        if try extract(item, location) { return }
        guard let sourceName = location.leafName else { throw PathFailure(.fileOverDirectory, location.path) }
        let path = try copyFile(item, attributes) { (copier, name, target) throws(PathFailure) in
            try copier.copyFile(sourceName, of: location.directory, to: name, in: target)
        }
        placements.append(CopyPlacement(source: location.path, destination: path))
    }

    /// Copies one file with `body`, to the destination or into the directory that the destination is.
    ///
    /// - Returns: the file's path.
    @discardableResult
    private mutating func copyFile(
        _ item: CopySelection.Item, _ attributes: TreeCopier.Attributes,
        _ body: (TreeCopier, PathBytes, OpenFile) throws(PathFailure) -> Void
    ) throws(PathFailure) -> PathBytes {
        try prepareDestination()
        let target = try root.resolve(destination.path)
        let directory: OpenFile
        let name: PathBytes
        var path = target.path
        if target.isDirectory {
            directory = target.directory
            name = item.name
            path = path.appending(component: name)
        } else {
            let made: [OpenFile]
            (directory, made) = try target.makeParents(implied)
            name = target.leafName ?? target.missing.last ?? item.name
            noteMade(made[...], in: made.isEmpty ? nil : target.directory)
        }
        try body(makeCopier(item, attributes, at: path), name, directory)
        if let time = engine.newFileTime { notePending(directory, time) }
        return path
    }

    /// Extracts a local archive of ADD. False when it is to be copied as a file.
    private mutating func extract(_ item: CopySelection.Item, _ location: RootedLocation) throws(PathFailure) -> Bool {
        guard request.unpacks(request.sources[item.sourceIndex]), let leaf = location.leaf, leaf.isRegularFile,
            leaf.size > 0
        else { return false }
        let file = try location.openLeaf(O_RDONLY)
        guard ArchiveExtraction.isArchive(file.descriptor) else { return false }
        // --chmod says nothing about archives.
        var attributes = implied
        attributes.mode = 0o755
        let target = try root.resolve(destination.path)
        let (directory, made) = try target.makeDirectories(attributes)
        if let reason = ArchiveExtraction.extract(file.descriptor, into: directory.descriptor, owner: owner) {
            throw PathFailure(.archive(reason), location.path)
        }
        noteMade(made[...], in: made.isEmpty ? nil : target.directory)
        if let time = engine.newFileTime { notePending(directory, time) }
        return true
    }

    /// Makes the directory that the destination's text asks for: itself when it ends with a slash, else its parent.
    private mutating func prepareDestination() throws(PathFailure) {
        let parentLength = destination.path.lastIndex(of: 0x2F) ?? 0
        let wanted = destination.isDirectory ? destination.path : PathBytes(destination.path[..<parentLength])
        let target = try root.resolve(wanted)
        let made = try target.makeDirectories(implied).created
        noteMade(made[...], in: made.isEmpty ? nil : target.directory)
    }

    private func makeCopier(
        _ item: CopySelection.Item, _ attributes: TreeCopier.Attributes, at path: PathBytes
    ) -> TreeCopier {
        TreeCopier(
            attributes: attributes, filter: item.filter, sourcePath: item.path, targetPath: path,
            isCancelled: engine.isCancelled)
    }

    /// Notes directories that were made, and the one above them, whose time changed because it got an entry.
    private mutating func noteMade(_ directories: ArraySlice<OpenFile>, in parent: OpenFile?) {
        guard let time = engine.newFileTime else { return }
        if let parent { notePending(parent, time) }
        for directory in directories { notePending(directory, time) }
    }

    private mutating func notePending(_ directory: OpenFile, _ time: FileTime) {
        guard let status = FileStatus(of: directory.descriptor) else { return }
        pendingTimes[status.identity] = PendingTime(directory: directory, time: time)
    }

    func applyPendingTimes() {
        for pending in pendingTimes.values { _ = pending.time.apply(to: pending.directory.descriptor) }
    }

    private static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
