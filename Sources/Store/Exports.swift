import GRDB
import OCI

/// A layer in the form in which it is part of an image.
public struct ExportedLayer: Hashable, Sendable {
    /// The blob.
    public var descriptor: Descriptor
    /// The digest of the uncompressed tar.
    public var diffID: Digest
    /// The length of the uncompressed tar in bytes.
    public var uncompressedSize: Int64
    /// What else the caller wants to remember (such as the bytes ledger), in a form of its own.
    public var detail: String?

    /// An exported layer from its parts.
    public init(descriptor: Descriptor, diffID: Digest, uncompressedSize: Int64, detail: String? = nil) {
        self.descriptor = descriptor
        self.diffID = diffID
        self.uncompressedSize = uncompressedSize
        self.detail = detail
    }
}

extension Store {
    /// The blob that was made from the layer in that form; nil when there is none any more.
    ///
    /// - Parameter key: names everything that changes the bytes (compression, time rule), as the caller likes.
    public func exported(_ id: LayerID, key: String) throws(StoreError) -> ExportedLayer? {
        let row = try catalog.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT digest, size, media_type, diff_id, uncompressed_size, detail
                    FROM exports WHERE layer = ? AND form = ?
                    """)
            return try Row.fetchOne(statement, arguments: [id.rawValue, key])
        }
        guard let row, let digest = try? Digest(parsing: row[0]), let diffID = try? Digest(parsing: row[3]),
            hasBlob(digest)
        else { return nil }
        let descriptor = Descriptor(mediaType: row[2], digest: digest, size: row[1])
        return ExportedLayer(descriptor: descriptor, diffID: diffID, uncompressedSize: row[4], detail: row[5])
    }

    /// Remembers the blob that was made from a layer.
    public func recordExport(_ exported: ExportedLayer, of id: LayerID, key: String) throws(StoreError) {
        try catalog.write { db in
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO exports
                        (layer, form, digest, size, media_type, diff_id, uncompressed_size, detail)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                id.rawValue, key, exported.descriptor.digest.description, exported.descriptor.size,
                exported.descriptor.mediaType, exported.diffID.description, exported.uncompressedSize, exported.detail,
            ])
        }
    }
}
