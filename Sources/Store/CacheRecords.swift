import GRDB
import OCI

/// The result of one step, kept under the digest of everything that went into it.
public struct CacheRecord: Hashable, Sendable {
    /// The digest of everything that can change the result.
    public var key: Digest
    /// The key of the step before; a record does not outlive its parent's.
    public var parent: Digest?
    /// The layer with the step's changes; nil when the step changes no files.
    public var layerID: LayerID?
    /// The digest of what the step selected or produced, for finding results by content.
    public var contentDigest: Digest?
    /// Where in which build the step stands (context, Dockerfile, stage, ordinal: as the caller likes), so that a miss can
    /// be compared with what stood there before.
    public var place: String?
    /// The instruction's text, for people.
    public var instruction: String
    /// Seconds since 1970.
    public var created: Int64
    /// Seconds since 1970, to the hour.
    public var lastUsed: Int64
    /// Bytes of the files that the step added or changed.
    public var size: Int64
    /// How long the step took, in milliseconds.
    public var milliseconds: Int64
    /// What else the caller wants back with a hit, in a form of its own.
    public var payload: String?

    /// A record from its parts, made and used now unless other times are given.
    public init(
        key: Digest, parent: Digest? = nil, layerID: LayerID? = nil, contentDigest: Digest? = nil, place: String? = nil,
        instruction: String, created: Int64? = nil, lastUsed: Int64? = nil, size: Int64 = 0, milliseconds: Int64 = 0,
        payload: String? = nil
    ) {
        let now = created ?? Timestamp.now()
        self.key = key
        self.parent = parent
        self.layerID = layerID
        self.contentDigest = contentDigest
        self.place = place
        self.instruction = instruction
        self.created = now
        self.lastUsed = lastUsed ?? now
        self.size = size
        self.milliseconds = milliseconds
        self.payload = payload
    }
}

extension Store {
    /// The record of a key; nil when there is none, or when its layer is gone. The layer stays until this store value is
    /// closed, and the use is noted.
    public func cacheRecord(_ key: Digest) throws(StoreError) -> CacheRecord? {
        let record = try catalog.read { db in
            let statement = try db.cachedStatement(sql: "SELECT \(CacheRecord.columns) FROM records WHERE key = ?")
            return try Row.fetchOne(statement, arguments: [key.description]).flatMap(CacheRecord.init(row:))
        }
        return try record.flatMap { (record) throws(StoreError) in try use(record) }
    }

    /// The newest usable record whose result has that content; nil when there is none.
    public func cacheRecord(contentDigest: Digest) throws(StoreError) -> CacheRecord? {
        for record in try cacheRecords(where: "content = ? ORDER BY created DESC, id DESC", contentDigest.description) {
            if let record = try use(record) { return record }
        }
        return nil
    }

    /// Records of steps that stood at a place, newest first. They are for explanations: nothing is leased.
    public func cacheRecords(place: String, limit: Int = 20) throws(StoreError) -> [CacheRecord] {
        try cacheRecords(where: "place = ? ORDER BY created DESC, id DESC LIMIT \(max(0, limit))", place)
    }

    /// All records, most recently used first. Nothing is leased.
    public func listCacheRecords() throws(StoreError) -> [CacheRecord] {
        try catalog.read { db in
            try Row.fetchAll(db, sql: "SELECT \(CacheRecord.columns) FROM records ORDER BY last_used DESC, id DESC")
                .compactMap(CacheRecord.init(row:))
        }
    }

    /// The parts that went into a key, as they were recorded; nil when there is no such record.
    public func cacheParts(of key: Digest) throws(StoreError) -> String? {
        try catalog.read { db in
            try String.fetchOne(db, sql: "SELECT parts FROM records WHERE key = ?", arguments: [key.description])
        }
    }

    /// Records the result of a step, in place of an earlier one with the same key.
    ///
    /// - Parameter partsJSON: the parts of the key, so that a later miss can name the one that changed.
    public func recordCache(_ record: CacheRecord, partsJSON: String) throws(StoreError) {
        try recordCache([(record, partsJSON)])
    }

    /// Records the results of several steps in one transaction.
    public func recordCache(_ records: [(record: CacheRecord, partsJSON: String)]) throws(StoreError) {
        guard !records.isEmpty else { return }
        try catalog.write { db in
            // An update keeps the row's number, by which children come after their parents.
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO records (\(CacheRecord.columns), parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET parent = excluded.parent, layer = excluded.layer,
                        content = excluded.content, place = excluded.place, instruction = excluded.instruction,
                        created = excluded.created, last_used = excluded.last_used, bytes = excluded.bytes,
                        milliseconds = excluded.milliseconds, payload = excluded.payload, parts = excluded.parts
                    """)
            for (record, parts) in records {
                try statement.execute(arguments: [
                    record.key.description, record.parent?.description, record.layerID?.rawValue,
                    record.contentDigest?.description, record.place, record.instruction, record.created,
                    record.lastUsed, record.size, record.milliseconds, record.payload, parts,
                ])
            }
        }
    }

    /// Forgets a record, and those of the steps after it. Their layers become garbage.
    public func removeCacheRecord(_ key: Digest) throws(StoreError) {
        try catalog.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE doomed (key) AS (
                        SELECT ? UNION SELECT records.key FROM records JOIN doomed ON records.parent = doomed.key
                    )
                    DELETE FROM records WHERE key IN (SELECT key FROM doomed)
                    """, arguments: [key.description])
        }
    }

    /// Waits until nobody else, in this process or another, holds the step with that key, and holds it until the value
    /// that is returned goes away: look up the record again afterwards, since the other may have made it.
    public func holdStep(_ key: Digest, keepWaiting: KeepWaiting? = nil) throws(StoreError) -> HeldStep {
        HeldStep(
            lock: try FileLock.acquire(
                layout.lock("step", key), .exclusive, removingFile: true, keepWaiting: keepWaiting))
    }

    private func cacheRecords(where condition: String, _ argument: String) throws(StoreError) -> [CacheRecord] {
        try catalog.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT \(CacheRecord.columns) FROM records WHERE \(condition)")
            return try Row.fetchAll(statement, arguments: [argument]).compactMap(CacheRecord.init(row:))
        }
    }

    private func use(_ record: CacheRecord) throws(StoreError) -> CacheRecord? {
        if let layer = record.layerID, try !useLayer(layer) { return nil }
        usage.record(record.key, lastUsed: record.lastUsed)
        return record
    }
}

/// The right to run a step; given back when the last reference goes away.
public final class HeldStep: Sendable {
    private let lock: FileLock

    init(lock: FileLock) {
        self.lock = lock
    }

    /// Gives the step back now; nothing happens the second time.
    public func release() {
        lock.release()
    }
}

extension CacheRecord {
    /// The columns that ``init(row:)`` reads, in its order. `parts` is not among them: it can be long.
    static let columns = """
        key, parent, layer, content, place, instruction, created, last_used, bytes, milliseconds, payload
        """

    /// Reads a row; nil when its key is no digest.
    init?(row: Row) {
        guard let key = try? Digest(parsing: row[0]) else { return nil }
        self.init(
            key: key,
            parent: (row[1] as String?).flatMap { try? Digest(parsing: $0) },
            layerID: (row[2] as String?).flatMap(LayerID.init(rawValue:)),
            contentDigest: (row[3] as String?).flatMap { try? Digest(parsing: $0) },
            place: row[4], instruction: row[5], created: row[6], lastUsed: row[7], size: row[8], milliseconds: row[9],
            payload: row[10])
    }
}
