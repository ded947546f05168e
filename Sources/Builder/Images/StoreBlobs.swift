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
        var missing: [Descriptor] = []
        guard let (descriptor, index) = try complete(root, depth: 0, &missing) else {
            throw StoreError.notFound("manifest \(root.digest)")
        }
        if !missing.isEmpty, let index, index.manifests.count == 1, !MediaType.isIndex(index.manifests[0].mediaType) {
            return (index.manifests[0], missing)
        }
        return (descriptor, missing)
    }

    /// Indexes may contain indexes, but not without end.
    private static let depthLimit = 8

    /// The part of a descriptor that is here, and its document when it is an index; nil when nothing of it is.
    private func complete(
        _ descriptor: Descriptor, depth: Int, _ missing: inout [Descriptor]
    ) throws -> (descriptor: Descriptor, index: Index?)? {
        guard MediaType.isIndex(descriptor.mediaType), store.hasBlob(descriptor.digest) else {
            if try manifests(of: descriptor).isEmpty {
                missing.append(descriptor)
                return nil
            }
            return (descriptor, nil)
        }
        guard depth < Self.depthLimit else {
            throw OCIError.malformedJSON(what: "index \(descriptor.digest)", reason: "nested too deeply")
        }
        let whole = try CanonicalJSON.decode(
            Index.self, from: try bytes(of: descriptor), what: "index \(descriptor.digest)")
        var part = whole
        part.manifests = try whole.manifests.compactMap { try complete($0, depth: depth + 1, &missing)?.descriptor }
        if part.manifests.isEmpty { return nil }
        if part == whole { return (descriptor, whole) }
        let bytes = try CanonicalJSON.encode(part)
        _ = try store.put(bytes)
        var made = Descriptor(mediaType: descriptor.mediaType, describing: bytes, platform: descriptor.platform)
        made.annotations = descriptor.annotations
        return (made, part)
    }

    /// The indexes inside an index, each after those inside it.
    func innerIndexes(of root: Descriptor) throws -> [Descriptor] {
        var result: [Descriptor] = []
        func visit(_ descriptor: Descriptor, _ depth: Int) throws {
            guard MediaType.isIndex(descriptor.mediaType), depth < Self.depthLimit,
                !result.contains(where: { $0.digest == descriptor.digest })
            else { return }
            let index = try CanonicalJSON.decode(
                Index.self, from: try bytes(of: descriptor), what: "index \(descriptor.digest)")
            for child in index.manifests { try visit(child, depth + 1) }
            if depth > 0 { result.append(descriptor) }
        }
        try visit(root, 0)
        return result
    }
}
