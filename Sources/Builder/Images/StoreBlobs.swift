import OCI
import Store

/// The blobs of the local store, for whatever reads images through descriptors.
public struct StoreBlobs: BlobProvider {
    private let store: Store

    /// Reads from `store`.
    public init(_ store: Store) { self.store = store }

    /// Opens a blob's file. The blob stays in the store until the store value is closed.
    public func open(_ descriptor: Descriptor) throws -> Blob {
        guard store.hasBlob(descriptor.digest) else { throw StoreError.notFound("blob \(descriptor.digest)") }
        return try Blob(path: store.blobPath(descriptor.digest))
    }

    /// The complete images below a descriptor: manifests whose configuration is in the store, with their layers.
    ///
    /// An index that was pulled for one platform names manifests that are not here; those are left out.
    public func manifests(of root: Descriptor) throws -> [(descriptor: Descriptor, manifest: Manifest)] {
        var result: [(descriptor: Descriptor, manifest: Manifest)] = []
        var seen: Set<Digest> = []
        func visit(_ descriptor: Descriptor) throws {
            guard seen.insert(descriptor.digest).inserted, store.hasBlob(descriptor.digest) else { return }
            if MediaType.isIndex(descriptor.mediaType) {
                let index = try CanonicalJSON.decode(
                    Index.self, from: try bytes(of: descriptor), what: "index \(descriptor.digest)")
                for child in index.manifests { try visit(child) }
                return
            }
            let manifest = try CanonicalJSON.decode(
                Manifest.self, from: try bytes(of: descriptor), what: "manifest \(descriptor.digest)")
            if store.hasBlob(manifest.config.digest) { result.append((descriptor, manifest)) }
        }
        try visit(root)
        return result
    }

    /// What of an image can be passed on: the image itself, or when it is an index of which only some manifests are here,
    /// the only one, or an index of those.
    ///
    /// - Returns: also the entries that were left out.
    /// - Throws: ``StoreError/notFound(_:)`` when nothing of it is complete.
    public func complete(_ root: Descriptor) throws -> (descriptor: Descriptor, missing: [Descriptor]) {
        let present = try manifests(of: root).map(\.descriptor)
        guard !present.isEmpty else { throw StoreError.notFound("manifest \(root.digest)") }
        guard MediaType.isIndex(root.mediaType) else { return (root, []) }
        var index = try CanonicalJSON.decode(Index.self, from: try bytes(of: root), what: "index \(root.digest)")
        let missing = try index.manifests.filter { try manifests(of: $0).isEmpty }
        if missing.isEmpty { return (root, []) }
        index.manifests.removeAll(where: missing.contains)
        if index.manifests.count == 1 { return (index.manifests[0], missing) }
        let bytes = try CanonicalJSON.encode(index)
        _ = try store.put(bytes)
        return (Descriptor(mediaType: root.mediaType, describing: bytes), missing)
    }
}
