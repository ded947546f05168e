import GRDB
import OCI

/// What became of an image whose name was removed.
public struct RemovedImage: Hashable, Sendable {
    /// The name, with its tag.
    public let name: Reference
    /// What it stood for.
    public let descriptor: Descriptor
    /// The blobs that nothing else needed, now deleted, in the order of their digests.
    public let deletedBlobs: [Digest]
    /// Their bytes.
    public let freedBytes: Int64
}

extension Store {
    /// Removes a name, and the blobs that no other name, resolved tag, cached layer or other process needs.
    ///
    /// What this store value itself has looked up is no reason to keep a blob.
    ///
    /// - Parameter keepWaiting: asked now and then while other processes are in the way; false gives up.
    /// - Throws: ``StoreError/notFound(_:)`` when the name is unknown.
    public func removeImage(_ name: Reference, keepWaiting: KeepWaiting? = nil) throws(StoreError) -> RemovedImage {
        let full = name.withDefaultTag
        let gate = try FileLock.acquire(layout.gate, .exclusive, keepWaiting: keepWaiting)
        defer { gate.release() }
        let text = try catalog.write { db in
            let text = try String.fetchOne(
                db, sql: "SELECT descriptor FROM images WHERE name = ?", arguments: [full.description])
            try db.execute(sql: "DELETE FROM images WHERE name = ?", arguments: [full.description])
            return text
        }
        guard let text else { throw .notFound("image \(name.familiar)") }
        let descriptor = try StoredJSON.descriptor(text, path: catalog.path)

        var reader = ManifestReader(store: self)
        var unneeded = reader.closure(of: descriptor)
        for image in try listImages() { unneeded.subtract(reader.closure(of: image.descriptor)) }
        for tag in try allTags() { unneeded.subtract(reader.closure(of: tag.descriptor)) }
        for export in try allExports() { unneeded.remove(export.digest) }
        for case .blob(let digest) in try Session.leases(layout, exceptOf: session) { unneeded.remove(digest) }

        var deleted: [Digest] = []
        var freed: Int64 = 0
        for digest in unneeded.sorted() {
            guard let size = status(of: layout.blob(digest))?.st_size else { continue }
            session.forget(.blob(digest))
            try removeBlob(digest)
            deleted.append(digest)
            freed += Int64(size)
        }
        return RemovedImage(name: full, descriptor: descriptor, deletedBlobs: deleted, freedBytes: freed)
    }
}
