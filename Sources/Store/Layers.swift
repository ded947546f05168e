import GRDB
import LayerFormat
import OCI

/// What the store knows about a layer's directory.
public struct LayerInfo: Hashable, Sendable {
    /// Its name in the store.
    public let id: LayerID
    /// The digest of the uncompressed layer it was unpacked from; nil for a step's upper directory.
    public let diffID: Digest?
    /// What it holds.
    public let size: TreeSize
    /// Seconds since 1970.
    public let created: Int64
    /// Seconds since 1970, to the hour.
    public let lastUsed: Int64
}

extension Store {
    /// Is the layer still here? If so it stays until this store value is closed.
    public func hasLayer(_ id: LayerID) throws(StoreError) -> Bool {
        try useLayer(id)
    }

    /// What is known about a layer; nil when it is not here.
    public func layerInfo(_ id: LayerID) throws(StoreError) -> LayerInfo? {
        try catalog.read { db in
            let statement = try db.cachedStatement(sql: "SELECT * FROM layers WHERE id = ?")
            return try Row.fetchOne(statement, arguments: [id.rawValue]).flatMap(LayerInfo.init(row:))
        }
    }

    /// The directory of a layer, to be used as a lower directory of overlayfs. Never write to it.
    public func layerDirectory(_ id: LayerID) -> String {
        layout.layer(id) + "/fs"
    }

    /// Leases the layer and notes its use; false when it is not here or cannot be trusted.
    func useLayer(_ id: LayerID) throws(StoreError) -> Bool {
        if session.holds(.layer(id)) { return true }
        // Leased before it is looked for: what is found then stays.
        try whilePublishing { () throws(StoreError) in try session.lease([.layer(id)]) }
        let known = try catalog.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT boot, entries, bytes, last_used FROM layers WHERE id = ?")
            return try Row.fetchOne(statement, arguments: [id.rawValue]).map { row in
                (boot: row[0] as String?, size: TreeSize(entries: row[1], bytes: row[2]), lastUsed: row[3] as Int64)
            }
        }
        guard let known else {
            session.forget(.layer(id))
            return false
        }
        usage.layer(id, lastUsed: known.lastUsed)
        guard let boot = known.boot, boot != Boot.current else { return true }
        return try settle(id, expected: known.size)
    }

    /// Decides about a layer whose files may not all have reached the disk before the machine last went down.
    ///
    /// File systems make a file's length durable together with its data, so a tree with the recorded number of entries
    /// and bytes has been written out completely.
    private func settle(_ id: LayerID, expected: TreeSize) throws(StoreError) -> Bool {
        let intact = (try? DirectoryTree.size(of: layerDirectory(id))) == expected
        try catalog.write { db in
            if intact {
                try db.execute(sql: "UPDATE layers SET boot = NULL WHERE id = ?", arguments: [id.rawValue])
            } else {
                try Store.forgetLayer(id, db)
            }
        }
        if !intact { session.forget(.layer(id)) }
        return intact
    }

    /// Deletes all rows that mention a layer; its directory is an orphan then.
    static func forgetLayer(_ id: LayerID, _ db: Database) throws {
        for sql in [
            "DELETE FROM layers WHERE id = ?", "DELETE FROM exports WHERE layer = ?",
            "DELETE FROM records WHERE layer = ?",
        ] {
            try db.cachedStatement(sql: sql).execute(arguments: [id.rawValue])
        }
    }
}

extension LayerInfo {
    /// Reads a row of `layers`; nil when it holds nonsense.
    init?(row: Row) {
        guard let id = LayerID(rawValue: row["id"]) else { return nil }
        self.id = id
        diffID = (row["diff_id"] as String?).flatMap { try? Digest(parsing: $0) }
        size = TreeSize(entries: row["entries"], bytes: row["bytes"])
        created = row["created"]
        lastUsed = row["last_used"]
    }
}
