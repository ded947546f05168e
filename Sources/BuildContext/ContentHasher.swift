import Crypto
import Glibc

/// Digests what a `COPY`, an `ADD` or a bind mount selects: everything about it that can change a build's result.
///
/// The digest covers the paths relative to the selection, kinds, modes, owners, bytes of files, capabilities, link
/// targets, device numbers and which names are hard links to one file. It never covers times, nor where the selection
/// lies. Files whose state a ``StatCache`` knows are not read.
public struct ContentHasher: Sendable {
    /// Whose files a selection counts as.
    public enum Ownership: Sendable {
        /// As on disk: for stages and images.
        case kept
        /// Everything belongs to root: for build contexts, whose owners never reach an image.
        case root
    }

    private let root: String
    private let cache: any StatCache
    private let ownership: Ownership
    private let threads: Int

    /// Prepares digests of selections of one tree.
    ///
    /// - Parameters:
    ///   - root: the directory that the ``TreeWalker`` walked.
    ///   - cache: what is known about unchanged files.
    ///   - ownership: whether owners count.
    ///   - threads: how many threads read changed files at most; nil for the number of processors.
    public init(root: String, cache: any StatCache, ownership: Ownership, threads: Int? = nil) {
        self.root = root
        self.cache = cache
        self.ownership = ownership
        self.threads = threads ?? ParallelLoop.processors
    }

    /// The digest of one entry and everything below it.
    ///
    /// - Parameter path: where the selection starts, relative to the walker's root; empty for the whole tree. The
    ///   digest of a directory includes its own mode and owner; the name by which the selection is reached does not
    ///   count.
    /// - Throws: ``BuildContextError/notFound(path:)`` when the tree has no such entry, or what
    ///   ``digest(of:relativeTo:)`` throws.
    public func digest(of tree: FileTree, at path: PathBytes = []) throws(BuildContextError) -> ContentDigest {
        guard let top = tree.entry(at: path.isEmpty ? tree.root.path : path) else {
            throw .notFound(path: displayPath(path))
        }
        return try digest(of: [top] + tree.descendants(of: top.path), relativeTo: top.path)
    }

    /// The digest of some entries.
    ///
    /// - Parameters:
    ///   - entries: the selection, in the order that counts.
    ///   - base: the directory that paths are taken relative to; every entry is the base or lies below it.
    /// - Throws: ``BuildContextError/unreadable(path:code:)`` naming the file that cannot be read.
    public func digest(
        of entries: [TreeEntry], relativeTo base: PathBytes
    ) throws(BuildContextError) -> ContentDigest {
        let files = try fileDigests(of: entries)
        var record = RecordWriter()
        var firstNames: [FileIdentity: Int] = [:]
        for (index, entry) in entries.enumerated() {
            record.add(byte: entry.kind.rawValue)
            record.add(
                bytes: entry.path[...].dropFirst(
                    PathOrder.isBelow(entry.path, base) ? base.isEmpty ? 0 : base.count + 1 : entry.path.count))
            // A link has no mode of its own; file systems disagree about what to report.
            record.add(number: entry.kind == .symbolicLink ? 0o777 : UInt64(entry.mode))
            record.add(number: ownership == .root ? 0 : UInt64(entry.uid) << 32 | UInt64(entry.gid))
            switch entry.kind {
            case .file:
                record.add(number: UInt64(bitPattern: entry.size))
                record.add(bytes: (files[index]?.bytes ?? [])[...])
            case .symbolicLink: record.add(bytes: entry.linkTarget[...])
            case .characterDevice, .blockDevice: record.add(number: entry.deviceNumber)
            case .directory, .fifo, .socket: break
            }
            if entry.hasOtherNames {
                let first = firstNames[entry.identity] ?? index
                firstNames[entry.identity] = first
                record.add(number: UInt64(index - first))
            }
        }
        return record.finish()
    }

    /// The digest of each entry's content, in order: bytes and capability of files, nil for everything else.
    public func fileDigests(of entries: [TreeEntry]) throws(BuildContextError) -> [ContentDigest?] {
        let files = entries.indices.filter { entries[$0].kind == .file }
        var result = [ContentDigest?](repeating: nil, count: entries.count)
        var missing: [Int] = []
        for (index, known) in zip(files, cache.digests(for: files.map { entries[$0].statKey })) {
            if let known { result[index] = known } else { missing.append(index) }
        }
        if missing.isEmpty { return result }

        let top = try Descriptor.directory(root)
        let wanted = missing
        let hashed = ParallelLoop.map(count: wanted.count, threads: threads) { position in
            let entry = entries[wanted[position]]
            return top.open(beneath: entry.path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
                .flatMap { FileHasher.hash($0) }
                .mapError { BuildContextError.unreadable(path: displayPath(entry.path), code: $0.code) }
        }
        var records: [(key: StatKey, digest: ContentDigest)] = []
        for (index, outcome) in zip(wanted, hashed) {
            let hash = try outcome.get()
            result[index] = hash.digest
            if let key = hash.trustedState { records.append((key, hash.digest)) }
        }
        if !records.isEmpty { cache.record(records) }
        return result
    }

    private func displayPath(_ path: PathBytes) -> String {
        path.isEmpty ? root : root + "/" + path.displayName
    }
}

/// Serialises the parts of a selection without ambiguity and digests them.
private struct RecordWriter {
    private var hash = SHA256()
    private var buffer: [UInt8] = []

    init() {
        buffer.reserveCapacity(64 << 10)
        // Changes of this format change every digest.
        add(bytes: Array("whittle content 1".utf8)[...])
    }

    mutating func add(byte: UInt8) {
        buffer.append(byte)
    }

    mutating func add(number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
    }

    mutating func add(bytes: ArraySlice<UInt8>) {
        add(number: UInt64(bytes.count))
        buffer.append(contentsOf: bytes)
        if buffer.count >= 60 << 10 {
            hash.update(data: buffer)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    mutating func finish() -> ContentDigest {
        hash.update(data: buffer)
        return ContentDigest(hash.finalize())
    }
}
