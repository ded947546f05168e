import GRDB
import OCI

/// A name in the store and what it stands for.
public struct StoredImage: Hashable, Sendable {
    /// The full name with its tag or digest.
    public let name: Reference
    /// The manifest or index.
    public let descriptor: Descriptor
    /// When the name was first set, in seconds since 1970.
    public let created: Int64
    /// When the name was last set, in seconds since 1970.
    public let updated: Int64
}

extension Store {
    /// What the name stands for; nil when it is unknown. A name without tag means `latest`.
    ///
    /// The manifest itself stays until this store value is closed; what it refers to stays with ``hasBlob(_:)``.
    public func image(named name: Reference) throws(StoreError) -> Descriptor? {
        let text = try catalog.read { db in
            let statement = try db.cachedStatement(sql: "SELECT descriptor FROM images WHERE name = ?")
            return try String.fetchOne(statement, arguments: [name.withDefaultTag.description])
        }
        guard let text else { return nil }
        let descriptor = try StoredJSON.descriptor(text, path: catalog.path)
        return hasBlob(descriptor.digest) ? descriptor : nil
    }

    /// Lets the name stand for a manifest or index that is in the store, together with all that it refers to.
    ///
    /// - Throws: ``StoreError/notFound(_:)`` when the manifest's blob is not here.
    public func setImage(_ name: Reference, to descriptor: Descriptor) throws(StoreError) {
        try setImages([name], to: descriptor)
    }

    /// Lets all the names stand for one manifest or index, in one transaction.
    public func setImages(_ names: [Reference], to descriptor: Descriptor) throws(StoreError) {
        guard hasBlob(descriptor.digest) else { throw .notFound("blob \(descriptor.digest)") }
        let text = try StoredJSON.text(descriptor, path: catalog.path)
        // The name must not outlive what it stands for.
        var reader = ManifestReader(store: self)
        try syncBlobs(reader.closure(of: descriptor))
        let now = Timestamp.now()
        try catalog.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO images (name, digest, size, media_type, descriptor, created, updated)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, size = excluded.size,
                        media_type = excluded.media_type, descriptor = excluded.descriptor, updated = excluded.updated
                    """)
            for name in names {
                try statement.execute(arguments: [
                    name.withDefaultTag.description, descriptor.digest.description, descriptor.size,
                    descriptor.mediaType, text, now, now,
                ])
            }
        }
    }

    /// All names, in alphabetical order.
    public func listImages() throws(StoreError) -> [StoredImage] {
        let rows = try catalog.read { db in
            try Row.fetchAll(db, sql: "SELECT name, descriptor, created, updated FROM images ORDER BY name")
        }
        var images: [StoredImage] = []
        for row in rows {
            guard let name = try? Reference(parsing: row[0]) else { continue }
            let descriptor = try StoredJSON.descriptor(row[1], path: catalog.path)
            images.append(StoredImage(name: name, descriptor: descriptor, created: row[2], updated: row[3]))
        }
        return images
    }
}
