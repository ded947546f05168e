import Synchronization

/// A state of a file: as long as all of these are the same, the content is taken to be the same.
///
/// `changed` cannot be set by a program, so even a write that puts the old modification time back is noticed.
public struct StatKey: Hashable, Sendable {
    /// Which file.
    public var identity: FileIdentity
    /// When anything about it last changed (`st_ctim`).
    public var changed: FileTime
    /// When its content last changed (`st_mtim`).
    public var modified: FileTime
    /// Its size in bytes.
    public var size: Int64

    /// Creates a key from its parts.
    public init(identity: FileIdentity, changed: FileTime, modified: FileTime, size: Int64) {
        self.identity = identity
        self.changed = changed
        self.modified = modified
        self.size = size
    }
}

/// Remembers the content digests of files, so that an unchanged file is never read again.
///
/// Calls are batched: one lookup and one record per selection. A cache may forget anything at any time.
public protocol StatCache: Sendable {
    /// The remembered digest of each key, in order; nil where there is none. Failures count as not remembered.
    func digests(for keys: [StatKey]) -> [ContentDigest?]
    /// Remembers digests. Only states that can be trusted are handed in.
    func record(_ entries: [(key: StatKey, digest: ContentDigest)])
}

/// A stat cache in memory, which can be written out and read back as bytes.
public final class InMemoryStatCache: StatCache {
    private let known: Mutex<[FileIdentity: (key: StatKey, digest: ContentDigest)]>

    /// Creates an empty cache.
    public init() {
        known = Mutex([:])
    }

    /// How many files are remembered.
    public var count: Int { known.withLock { $0.count } }

    /// The digests of the files that are still in the remembered state.
    public func digests(for keys: [StatKey]) -> [ContentDigest?] {
        known.withLock { known in
            keys.map { key in
                guard let found = known[key.identity], found.key == key else { return nil }
                return found.digest
            }
        }
    }

    /// Remembers one state of each file, the newest.
    public func record(_ entries: [(key: StatKey, digest: ContentDigest)]) {
        known.withLock { known in
            known.reserveCapacity(known.count + entries.count)
            for entry in entries { known[entry.key.identity] = entry }
        }
    }
}
