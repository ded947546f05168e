import Glibc
import OCI
import Synchronization

/// The state of a file on disk. While all of it stays the same, the content is taken to be the same.
public struct FileStamp: Hashable, Sendable {
    /// `st_dev`.
    public var device: UInt64
    /// `st_ino`.
    public var inode: UInt64
    /// `st_ctim` in nanoseconds since 1970: no program can set it.
    public var changed: Int64
    /// `st_mtim` in nanoseconds since 1970.
    public var modified: Int64
    /// `st_size`.
    public var size: Int64

    /// A stamp from its parts.
    public init(device: UInt64, inode: UInt64, changed: Int64, modified: Int64, size: Int64) {
        self.device = device
        self.inode = inode
        self.changed = changed
        self.modified = modified
        self.size = size
    }
}

/// Thirty-two bytes of digest, without an allocation.
public struct FileDigest: Hashable, Sendable {
    var words: SIMD4<UInt64>

    /// A digest from its bytes; nil unless there are 32.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    init(words: SIMD4<UInt64>) {
        self.words = words
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: words) { Array($0) }
    }
}

extension Store {
    /// The digests remembered for the files of one build context.
    ///
    /// - Parameter context: any text that stays the same for the same context, such as its absolute path.
    public func fileDigestCache(context: String) -> FileDigestCache {
        let name = String(Digest.sha256(of: Array(context.utf8)).hex.prefix(32))
        return FileDigestCache(store: self, path: layout.statCache + "/" + name)
    }
}

/// Remembers the content digests of files by their stat data, so that an unchanged file is not read again.
///
/// One file per build context, mapped into memory and used in place. Losing it, or any page of it, only costs reading
/// files again. The caller hands in only states it can trust: a file that changed within the clock tick in which it was
/// read may have changed after that without showing it.
public final class FileDigestCache: Sendable {
    private struct Changes {
        var recorded: [(stamp: FileStamp, digest: FileDigest)] = []
        /// One bit for each record of the file that was asked for.
        var seen: [UInt64] = []
    }

    /// So many records of files that were not asked for are kept in any case, since another build of the same context may
    /// select others. Beyond that, no more of them than of the others: the files are deleted ones then.
    private static let unseenLimit = 4096

    private let store: Store
    private let path: String
    private let table: FileDigestTable?
    private let changes: Mutex<Changes>

    init(store: Store, path: String) {
        self.store = store
        self.path = path
        table = FileDigestTable(path: path)
        changes = Mutex(Changes(seen: Array(repeating: 0, count: ((table?.count ?? 0) + 63) / 64)))
    }

    /// How many files are remembered on disk.
    public var count: Int { table?.count ?? 0 }

    /// The digest of each file, in order; nil where none is remembered for that state.
    public func digests(for stamps: [FileStamp]) -> [FileDigest?] {
        guard let table else { return Array(repeating: nil, count: stamps.count) }
        var found: [Int] = []
        found.reserveCapacity(stamps.count)
        let digests = stamps.map { stamp -> FileDigest? in
            guard let number = table.find(stamp) else { return nil }
            found.append(number)
            return table.digest(number)
        }
        changes.withLock { changes in
            for number in found { changes.seen[number >> 6] |= 1 << UInt64(number & 63) }
        }
        return digests
    }

    /// Remembers digests, from ``save()`` on.
    public func record(_ entries: [(stamp: FileStamp, digest: FileDigest)]) {
        changes.withLock { $0.recorded += entries }
    }

    /// Writes the file anew if something was recorded. What another process has saved meanwhile is lost.
    public func save() throws(StoreError) {
        let changes = changes.withLock { $0 }
        guard !changes.recorded.isEmpty else { return }
        let builder = FileDigestTable.Builder(capacity: changes.recorded.count + (table?.count ?? 0))
        // Of two records for one file the first is kept, so the newest come first.
        for entry in changes.recorded.reversed() { builder.add(entry.stamp, entry.digest) }
        if let table {
            let isSeen = { (number: Int) in changes.seen[number >> 6] & (1 << UInt64(number & 63)) != 0 }
            for number in 0..<table.count where isSeen(number) { builder.add(table, number) }
            var room = max(FileDigestCache.unseenLimit, builder.count)
            for number in 0..<table.count where room > 0 && !isSeen(number) {
                builder.add(table, number)
                room -= 1
            }
        }
        let temporary = try store.session.temporaryPath()
        // Not synced: after a power cut a page may read as zeros, and no record crosses a page or matches when it is zero.
        let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        try builder.write(to: file)
        try move(temporary, to: path)
    }
}
