import GRDB
import OCI

/// What image manifests refer to, as far as it is in the store. Documents are read once each.
struct ManifestReader {
    private let store: Store
    private var children: [Digest: [Descriptor]] = [:]

    /// Indexes may contain indexes, but not without end.
    private static let depthLimit = 8

    init(store: Store) {
        self.store = store
    }

    /// The digests that are reachable from a descriptor, itself included, whether their blobs are here or not.
    mutating func closure(of descriptor: Descriptor) -> Set<Digest> {
        var reached: Set<Digest> = []
        collect(descriptor, depth: 0, into: &reached)
        return reached
    }

    private mutating func collect(_ descriptor: Descriptor, depth: Int, into reached: inout Set<Digest>) {
        guard reached.insert(descriptor.digest).inserted, depth < ManifestReader.depthLimit else { return }
        for child in children(of: descriptor) { collect(child, depth: depth + 1, into: &reached) }
    }

    private mutating func children(of descriptor: Descriptor) -> [Descriptor] {
        if let known = children[descriptor.digest] { return known }
        let found = read(descriptor)
        children[descriptor.digest] = found
        return found
    }

    /// A document that is missing or unreadable refers to nothing: it could not be used either.
    private func read(_ descriptor: Descriptor) -> [Descriptor] {
        let isIndex = MediaType.isIndex(descriptor.mediaType)
        guard isIndex || MediaType.isManifest(descriptor.mediaType),
            let size = status(of: store.layout.blob(descriptor.digest))?.st_size, size <= 32 << 20,
            let bytes = try? contents(of: store.layout.blob(descriptor.digest))
        else { return [] }
        if isIndex {
            return (try? CanonicalJSON.decode(Index.self, from: bytes, what: "index"))?.manifests ?? []
        }
        guard let manifest = try? CanonicalJSON.decode(Manifest.self, from: bytes, what: "manifest") else { return [] }
        return [manifest.config] + manifest.layers
    }
}

/// A blob's file.
struct BlobFile: Hashable, Sendable {
    let digest: Digest
    let bytes: Int64
    let modified: Int64
}

extension Store {
    /// All blobs that are in the store.
    func allBlobs() throws(StoreError) -> [BlobFile] {
        var blobs: [BlobFile] = []
        for algorithm in ["sha256", "sha512"] {
            for hex in try entries(of: layout.blobDirectory(algorithm)) {
                guard let digest = try? Digest(parsing: algorithm + ":" + hex),
                    let status = status(of: layout.blob(digest))
                else { continue }
                blobs.append(
                    BlobFile(digest: digest, bytes: Int64(status.st_size), modified: Int64(status.st_mtim.tv_sec)))
            }
        }
        return blobs
    }

    /// The digests of all blobs made from layers, and the layers.
    func allExports() throws(StoreError) -> [(layer: String, digest: Digest)] {
        try catalog.read { db in
            try Row.fetchAll(db, sql: "SELECT layer, digest FROM exports").compactMap { row in
                (try? Digest(parsing: row[1])).map { (row[0], $0) }
            }
        }
    }

    /// All resolved tags with their last uses.
    func allTags() throws(StoreError) -> [(reference: String, descriptor: Descriptor, lastUsed: Int64)] {
        let rows = try catalog.read { db in
            try Row.fetchAll(db, sql: "SELECT reference, descriptor, last_used FROM tags")
        }
        var tags: [(reference: String, descriptor: Descriptor, lastUsed: Int64)] = []
        for row in rows {
            tags.append((row[0], try StoredJSON.descriptor(row[1], path: catalog.path), row[2]))
        }
        return tags
    }

    /// All layers, in no particular order.
    func allLayers() throws(StoreError) -> [LayerInfo] {
        try catalog.read { db in try Row.fetchAll(db, sql: "SELECT * FROM layers").compactMap(LayerInfo.init(row:)) }
    }
}
