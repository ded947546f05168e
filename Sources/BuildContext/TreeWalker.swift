import Glibc

/// Walks a directory and describes everything in it that an ignore list leaves.
///
/// Nothing is followed out of the directory: no symbolic link is ever resolved, and paths may be longer than PATH_MAX.
/// Levels with many directories are read by several threads. Files that vanish during the walk are left out.
public struct TreeWalker: Sendable {
    /// Which extended attributes to read. Each costs a system call per file.
    public enum AttributeSelection: Sendable {
        case none
        /// `security.capability` of regular files, the only one that a copy from a context keeps.
        case capability
        case all
    }

    /// The directory to walk, as the caller named it.
    public let root: String
    private let ignoring: IgnoreMatcher?
    private let attributes: AttributeSelection
    private let threads: Int
    /// Directories of one level that are worth a second thread.
    private static let parallelFrom = 16

    /// Prepares a walk.
    ///
    /// - Parameters:
    ///   - root: the directory; symbolic links in this path are followed.
    ///   - ignoring: what to leave out. An excluded directory that holds something an exception takes back appears,
    ///     as its parent.
    ///   - attributes: the extended attributes to read.
    ///   - threads: how many threads at most; nil for the number of processors, at most 4.
    public init(
        root: String, ignoring: IgnoreMatcher? = nil, attributes: AttributeSelection = .none, threads: Int? = nil
    ) {
        self.root = root
        self.ignoring = ignoring.flatMap { $0.isEmpty ? nil : $0 }
        self.attributes = attributes
        self.threads = threads ?? min(4, ParallelLoop.processors)
    }

    /// Walks the tree, or the part of it at `start`.
    ///
    /// - Parameter start: a clean relative path below the root; parts of it that are symbolic links are an error.
    /// - Throws: ``BuildContextError``, naming the directory that does not exist or cannot be read. A start that is
    ///   excluded counts as not there.
    public func walk(from start: PathBytes = []) throws(BuildContextError) -> FileTree {
        let top = try Descriptor.directory(root)
        var state = ignoring?.root
        var isStartExcluded = false
        if let ignoring, var reached = state, !start.isEmpty {
            // What excludes a parent of the start excludes the start.
            for end in start.indices.filter({ start[$0] == 0x2F }) + [start.endIndex] {
                (isStartExcluded, reached) = ignoring.enter(PathBytes(start[..<end]), below: reached)
            }
            state = reached
        }
        let rootEntry = try describeStart(start, top)
        guard rootEntry.kind == .directory else {
            if isStartExcluded { throw .notFound(path: displayPath(start)) }
            return FileTree(root: rootEntry, entries: [])
        }

        var listings: [Listing] = []
        var level = [Directory(path: start, state: state, isExcluded: false)]
        while !level.isEmpty {
            let directories = level
            let results = ParallelLoop.map(
                count: directories.count, threads: directories.count < Self.parallelFrom ? 1 : threads
            ) { index in
                read(directories[index], beneath: top)
            }
            level = []
            // Directories get their numbers in the order in which the next level will be appended.
            let firstOfNext = listings.count + results.count
            for result in results {
                var listing = try result.get()
                for index in listing.children.indices {
                    guard let directory = listing.children[index].directory else { continue }
                    listing.children[index].listing = firstOfNext + level.count
                    listing.children[index].directory = nil
                    level.append(directory)
                }
                listings.append(listing)
            }
        }
        let entries = Self.flatten(listings)
        if isStartExcluded && entries.isEmpty { throw .notFound(path: displayPath(start)) }
        return FileTree(root: rootEntry, entries: entries)
    }

    private struct Directory: Sendable {
        let path: PathBytes
        let state: IgnoreMatcher.DirectoryState?
        let isExcluded: Bool
    }

    private struct Child: Sendable {
        let entry: TreeEntry
        let isExcluded: Bool
        var directory: Directory?
        var listing: Int?
    }

    private struct Listing: Sendable {
        var children: [Child]
    }

    private func describeStart(_ start: PathBytes, _ top: Descriptor) throws(BuildContextError) -> TreeEntry {
        let name = start.isEmpty ? [0x2E] : PathBytes(start[((start.lastIndex(of: 0x2F) ?? -1) + 1)...])
        let parentPath = PathBytes(start.prefix(start.lastIndex(of: 0x2F) ?? 0))
        let described = top.open(beneath: parentPath, O_RDONLY | O_DIRECTORY).flatMap { parent in
            DirectoryReader.entry(
                name.map { CChar(bitPattern: $0) } + [0], in: parent, path: start, attributes: attributes)
        }
        switch described {
        case .success(let entry): return entry
        case .failure(let failure):
            let path = displayPath(start)
            if failure.code == ENOENT || failure.code == ENOTDIR { throw .notFound(path: path) }
            throw .unreadable(path: path, code: failure.code)
        }
    }

    private func displayPath(_ path: PathBytes) -> String {
        path.isEmpty ? root : root + "/" + path.displayName
    }

    /// Reads one directory and decides what of it stays.
    private func read(_ directory: Directory, beneath top: Descriptor) -> Result<Listing, BuildContextError> {
        let opened = top.open(beneath: directory.path, O_RDONLY | O_DIRECTORY)
        let names = opened.flatMap { descriptor in
            DirectoryReader.names(in: descriptor).map { (descriptor, $0) }
        }
        switch names {
        case .failure(let failure):
            // What is excluded anyway need not be readable, and what has gone, or become something else, is not there.
            let vanished = [ENOENT, ENOTDIR, ELOOP].contains(failure.code) && !directory.path.isEmpty
            if vanished || (directory.isExcluded && failure.code == EACCES) {
                return .success(Listing(children: []))
            }
            return .failure(.unreadable(path: displayPath(directory.path), code: failure.code))
        case .success(let (descriptor, names)):
            var children: [Child] = []
            children.reserveCapacity(names.sorted.count)
            for name in names.sorted {
                let path = names.path(of: name, in: directory.path)
                if let ignoring, let state = directory.state, name.isDirectory == false,
                    ignoring.excludes(path, below: state)
                {
                    continue
                }
                let described = names.withCString(name) {
                    DirectoryReader.entry($0, in: descriptor, path: path, attributes: attributes)
                }
                switch described {
                case .failure(let failure):
                    if failure.code == ENOENT { continue }
                    return .failure(.unreadable(path: displayPath(path), code: failure.code))
                case .success(let entry):
                    if let child = child(entry, known: name.isDirectory, below: directory) { children.append(child) }
                }
            }
            return .success(Listing(children: children))
        }
    }

    /// An entry as part of the tree, or nil when it is excluded.
    private func child(_ entry: TreeEntry, known isDirectory: Bool?, below parent: Directory) -> Child? {
        guard entry.kind == .directory else {
            if isDirectory != false, let ignoring, let state = parent.state, ignoring.excludes(entry.path, below: state)
            {
                return nil
            }
            return Child(entry: entry, isExcluded: false)
        }
        guard let ignoring, let parentState = parent.state else {
            return Child(
                entry: entry, isExcluded: false, directory: Directory(path: entry.path, state: nil, isExcluded: false))
        }
        let (excluded, state) = ignoring.enter(entry.path, below: parentState)
        if excluded && ignoring.canSkip(excludedDirectory: entry.path) { return nil }
        return Child(
            entry: entry, isExcluded: excluded,
            directory: Directory(path: entry.path, state: state, isExcluded: excluded))
    }

    /// The entries depth first. An excluded directory comes out only when something below it does.
    private static func flatten(_ listings: [Listing]) -> [TreeEntry] {
        var result: [TreeEntry] = []
        result.reserveCapacity(listings.reduce(0) { $0 + $1.children.count })
        guard !listings.isEmpty else { return [] }
        var stack: [(listing: Int, next: Int)] = [(0, 0)]
        // Excluded directories on the way down that have not been written yet.
        var waiting: [(depth: Int, entry: TreeEntry)] = []
        while let frame = stack.last {
            let children = listings[frame.listing].children
            guard frame.next < children.count else {
                stack.removeLast()
                if waiting.last?.depth == stack.count { waiting.removeLast() }
                continue
            }
            stack[stack.count - 1].next += 1
            let child = children[frame.next]
            if child.isExcluded {
                waiting.append((stack.count, child.entry))
            } else {
                if !waiting.isEmpty {
                    result += waiting.map(\.entry)
                    waiting = []
                }
                result.append(child.entry)
            }
            if let listing = child.listing { stack.append((listing, 0)) }
        }
        return result
    }
}
