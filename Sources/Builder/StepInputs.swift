import BuildContext
import BuildGraph
import OCI
import Store

/// What is known of the files that a step reads, before it runs.
struct StepInputs: Sendable {
    /// Content digests by what they are of, in the order of the instruction.
    var keyParts: [CacheKey.Part] = []
    /// Newest time stamp, in seconds, among the files; 0 when there are none.
    var newestInput: Int64 = 0
    /// Files and checkouts fetched for ADD, by source.
    var fetched: [String: FetchedSource] = [:]

    mutating func merge(_ other: StepInputs) {
        keyParts += other.keyParts
        newestInput = max(newestInput, other.newestInput)
        fetched.merge(other.fetched) { _, new in new }
    }
}

/// Digests the files that steps read, with the store remembering those of unchanged files.
struct InputDigests: Sendable {
    let store: Store

    /// The content that `step` reads from one of its sources.
    func digest(of step: Step, reading source: StepSource, tree: MountedTree) throws -> StepInputs {
        var inputs = StepInputs()
        switch step.kind {
        case .copy(let copy) where copy.from == source:
            let request = try CopyRequest(copy, tree: tree, fetched: [:], onlyPaths: true)
            guard !request.sources.isEmpty else { break }
            let cache = StoreStatCache(store: store, root: tree.directory)
            let found = try CopySelection.resolve(request).examine(cache: cache)
            try cache.save()
            inputs.keyParts.append(CacheKey.Part(name: "content", value: found.digest.description))
            // Times in a stage are those of its own inputs, or set by its steps: the stage's result knows better.
            if case .context = tree { inputs.newestInput = InputTime.bounded(found.newest) }
        case .run(let run):
            for (index, mount) in run.mounts.enumerated() where mount.source == source {
                guard case .bind(_, let path, _, _) = mount else { continue }
                let part = try digest(of: tree, path: path)
                inputs.keyParts.append(CacheKey.Part(name: "mount[\(index)] content", value: part.digest))
                inputs.newestInput = max(inputs.newestInput, part.newest)
            }
        case .copy, .workdir:
            break
        }
        return inputs
    }

    /// The content of a directory that stands for a stage.
    func digest(of directory: ContextDirectory) throws -> StepInputs {
        let found = try digest(of: .context(directory), path: "/")
        return StepInputs(
            keyParts: [CacheKey.Part(name: "content", value: found.digest)], newestInput: found.newest)
    }

    private func digest(of tree: MountedTree, path: String) throws -> (digest: String, newest: Int64) {
        let cache = StoreStatCache(store: store, root: tree.directory)
        let start = Array(path.utf8.drop { $0 == UInt8(ascii: "/") })
        let ignore = try tree.matcher
        let files: FileTree
        do { files = try TreeWalker(root: tree.directory, ignoring: ignore).walk(from: start) } catch {
            if case .notFound = error { throw CopyError.sourceNotFound(source: path, path: path) }
            throw error
        }
        let hasher = ContentHasher(
            root: tree.directory, cache: cache, ownership: tree.keepsOwners ? .kept : .root)
        let digest = try hasher.digest(of: files, at: start)
        try cache.save()
        let newest = files.entries.reduce(files.root.modified.seconds) { max($0, $1.modified.seconds) }
        if case .root = tree { return (digest.description, 0) }
        return (digest.description, InputTime.bounded(newest))
    }
}

/// Time stamps of inputs, as the time that new files get.
enum InputTime {
    /// A file from the future says nothing about when the inputs were made.
    static func bounded(_ seconds: Int64) -> Int64 {
        seconds > Clock.now() / 1_000_000_000 ? 0 : max(0, seconds)
    }
}

extension MountedTree {
    /// The directory that stands for `/`.
    var directory: String {
        switch self {
        case .context(let context): context.path
        case .root(let path): path
        }
    }

    /// Whether owners are those of an image, rather than those of somebody's working copy.
    var keepsOwners: Bool {
        switch self {
        case .context(let context): context.keepsOwners
        case .root: true
        }
    }

    /// What is treated as if it did not exist.
    var matcher: IgnoreMatcher? {
        get throws {
            guard case .context(let context) = self, !context.ignorePatterns.isEmpty else { return nil }
            return try IgnoreMatcher(patterns: context.ignorePatterns)
        }
    }

    /// The tree as the copy engine reads it.
    var sourceTree: SourceTree {
        get throws {
            switch self {
            case .context(let context):
                SourceTree(root: context.path, ignore: try matcher, keepsOwners: context.keepsOwners)
            case .root(let path): .rootFilesystem(path)
            }
        }
    }
}

/// The store's memory of file digests, as the context's hasher asks for it.
struct StoreStatCache: StatCache {
    private let cache: FileDigestCache

    init(store: Store, root: String) { cache = store.fileDigestCache(context: root) }

    func digests(for keys: [StatKey]) -> [ContentDigest?] {
        cache.digests(for: keys.map(\.stamp)).map { $0.flatMap { ContentDigest(bytes: $0.bytes) } }
    }

    func record(_ entries: [(key: StatKey, digest: ContentDigest)]) {
        cache.record(
            entries.compactMap { entry in FileDigest(entry.digest.bytes).map { (entry.key.stamp, $0) } })
    }

    /// Keeps what was recorded for the next build.
    func save() throws { try cache.save() }
}

extension StatKey {
    fileprivate var stamp: FileStamp {
        FileStamp(
            device: identity.device, inode: identity.inode, changed: changed.inNanoseconds,
            modified: modified.inNanoseconds, size: size)
    }
}

extension FileTime {
    fileprivate var inNanoseconds: Int64 { seconds &* 1_000_000_000 &+ Int64(nanoseconds) }
}
