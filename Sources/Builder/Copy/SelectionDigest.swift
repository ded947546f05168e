import BuildContext
import Glibc
import OCI

extension CopySelection {
    /// The digest of what is selected: everything about it that can change what the instruction writes.
    ///
    /// That is, for each selected thing: the name or the path below the source, kind, permission bits (unless an octal
    /// `--chmod` replaces them), owner (unless `--chown` does, or the context's does not count), the bytes and the
    /// capability of files, link targets, device numbers, and which names are one file. Times never count. Flags and
    /// destination are part of the instruction's key, not of this.
    ///
    /// - Parameter cache: knows the digests of unchanged files, which are then not read.
    /// - Throws: ``CopyError/system(operation:path:code:source:)`` for what cannot be read, ``CopyError/cancelled``.
    public func digest(
        cache: any StatCache, isCancelled: @Sendable () -> Bool = { false }
    ) throws(CopyError) -> Digest {
        try examine(cache: cache, isCancelled: isCancelled).digest
    }

    /// The digest, and the newest modification time among what is selected, in seconds since 1970; 0 for nothing.
    public func examine(
        cache: any StatCache, isCancelled: @Sendable () -> Bool = { false }
    ) throws(CopyError) -> (digest: Digest, newest: Int64) {
        var record = SelectionRecord()
        for item in items {
            if isCancelled() { throw .cancelled }
            let source = request.sources[item.sourceIndex]
            do throws(BuildContextError) {
                switch source {
                case .inlineFile(_, let data):
                    record.begin("inline", item.name)
                    record.add(bytes: data)
                case .path(_, let tree):
                    let cache: any StatCache = tree.keepsOwners ? OverlayStatCache(base: cache, root: tree.root) : cache
                    try add(item, of: tree, cache, to: &record)
                case .gitCheckout(_, let directory):
                    try add(item, of: .context(directory, ignore: nil), cache, to: &record)
                case .download(_, _, let file, _):
                    record.begin("download", item.name)
                    let (directory, name) = Self.split(file)
                    let entry = try TreeWalker(root: directory).walk(from: name).root
                    let hasher = ContentHasher(root: directory, cache: cache, ownership: .root)
                    record.add(bytes: try hasher.fileDigests(of: [entry])[0]?.bytes ?? [])
                }
            } catch {
                throw Self.error(error, source: source.text)
            }
        }
        return (record.finish(), record.newest)
    }

    private func add(
        _ item: Item, of tree: SourceTree, _ cache: any StatCache, to record: inout SelectionRecord
    ) throws(BuildContextError) {
        let found = try TreeWalker(root: tree.root, ignoring: tree.ignore).walk(from: item.path)
        let entries = item.isDirectory ? Self.selected(found.entries, item) : [found.root]
        let hasher = ContentHasher(root: tree.root, cache: cache, ownership: .kept)
        let contents = try hasher.fileDigests(of: entries)
        let ownersCount = tree.keepsOwners && request.chown == nil
        let modesCount = if case .absolute? = request.chmod { false } else { true }
        record.begin(item.isDirectory ? "directory" : "file", item.isDirectory ? [] : item.name)
        let pathStart = item.isDirectory ? (item.path.isEmpty ? 0 : item.path.count + 1) : item.path.count
        var firstNames: [FileIdentity: Int] = [:]
        for (index, entry) in entries.enumerated() {
            record.newest = max(record.newest, entry.modified.seconds)
            record.add(number: UInt64(entry.kind.rawValue) + 1)
            record.add(bytes: entry.path[pathStart...])
            // A link's own mode means nothing.
            if modesCount && entry.kind != .symbolicLink { record.add(number: UInt64(entry.mode)) }
            if ownersCount { record.add(number: UInt64(entry.uid) << 32 | UInt64(entry.gid)) }
            switch entry.kind {
            case .file:
                record.add(bytes: contents[index]?.bytes ?? [])
                guard entry.hasOtherNames else { continue }
                if let first = firstNames[entry.identity] {
                    record.add(number: SelectionRecord.otherName)
                    record.add(number: UInt64(index - first))
                } else {
                    firstNames[entry.identity] = index
                }
            case .symbolicLink: record.add(bytes: entry.linkTarget)
            case .characterDevice, .blockDevice: record.add(number: entry.deviceNumber)
            case .directory, .fifo, .socket: break
            }
        }
    }

    /// The entries that the instruction's own patterns leave, with the directories on the way to them.
    private static func selected(_ entries: [TreeEntry], _ item: Item) -> [TreeEntry] {
        let filter = item.filter.withoutIgnoring
        if filter.takesEverything { return entries }
        let start = item.path.isEmpty ? 0 : item.path.count + 1
        var result: [TreeEntry] = []
        var states: [(path: PathBytes, state: SelectionFilter.State)] = []
        // Directories that are on the way, not written unless something below them is.
        var waiting: [TreeEntry] = []
        let top = filter.state(below: [])
        for entry in entries {
            while let last = states.last, !PathOrder.isBelow(entry.path, last.path) { states.removeLast() }
            while let last = waiting.last, !PathOrder.isBelow(entry.path, last.path) { waiting.removeLast() }
            let state = states.last?.state ?? top
            var isSelected: Bool
            if entry.kind == .directory {
                let (verdict, below) = filter.directory(entry.path, from: start, below: state)
                states.append((entry.path, below))
                isSelected = verdict.isSelected
                if !isSelected { waiting.append(entry) }
            } else {
                isSelected = filter.file(entry.path, from: start, below: state).isSelected
            }
            guard isSelected else { continue }
            result += waiting
            waiting = []
            result.append(entry)
        }
        return result
    }

    private static func split(_ path: String) -> (directory: String, name: PathBytes) {
        guard let slash = path.lastIndex(of: "/") else { return (".", PathBytes(path.utf8)) }
        return (
            slash == path.startIndex ? "/" : String(path[..<slash]), PathBytes(path[path.index(after: slash)...].utf8)
        )
    }

    private static func error(_ error: BuildContextError, source: String) -> CopyError {
        switch error {
        case .unreadable(let path, let code): .system(operation: "read", path: path, code: code, source: source)
        case .notFound(let path): .sourceNotFound(source: source, path: path)
        case .notADirectory(let path): .notADirectory(path: path)
        default: .invalidPattern(source: source)
        }
    }
}

/// Serialises the parts of a selection without ambiguity and digests them.
private struct SelectionRecord {
    /// Stands where the next entry's kind is expected, and is none.
    static let otherName = UInt64.max

    /// The newest modification time so far, in seconds.
    var newest: Int64 = 0
    private var digester = Digester()
    private var buffer: [UInt8] = []

    init() {
        buffer.reserveCapacity(64 << 10)
        // Changes of this format change every digest.
        add(bytes: "whittle selection 1".utf8)
    }

    mutating func begin(_ kind: String, _ name: PathBytes) {
        add(number: 0)
        add(bytes: kind.utf8)
        add(bytes: name)
    }

    mutating func add(number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
        if buffer.count >= 60 << 10 { flush() }
    }

    mutating func add(bytes: some Collection<UInt8>) {
        add(number: UInt64(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    mutating func finish() -> Digest {
        flush()
        return digester.finish()
    }

    private mutating func flush() {
        digester.update(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// A stat cache for files seen through an overlay mount, whose device number is a new one at each mount. The inode
/// numbers are those of the files below, so the number can be replaced by one that stays.
struct OverlayStatCache: StatCache {
    private let base: any StatCache
    /// The number of the mount; nil when the root lies on a file system of its own, whose number stays.
    private let mounted: UInt64?
    private static let stable = UInt64.max

    init(base: any StatCache, root: String) {
        self.base = base
        var status = stat()
        let isKnown = stat(root, &status) == 0
        // File systems without a device of their own have major number 0.
        let device = UInt64(status.st_dev)
        mounted = isKnown && device >> 8 & 0xFFF == 0 && device >> 32 & 0xFFFF_F000 == 0 ? device : nil
    }

    func digests(for keys: [StatKey]) -> [ContentDigest?] {
        base.digests(for: keys.map(translate))
    }

    func record(_ entries: [(key: StatKey, digest: ContentDigest)]) {
        base.record(entries.map { (translate($0.key), $0.digest) })
    }

    private func translate(_ key: StatKey) -> StatKey {
        guard key.identity.device == mounted else { return key }
        var key = key
        key.identity.device = Self.stable
        return key
    }
}
