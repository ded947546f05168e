import Glibc

/// An image to be written to a layout or archive.
public struct ImageExport: Sendable {
    /// The manifest, or an index with all its images.
    public var descriptor: Descriptor
    /// What the image is called; none is fine.
    public var names: [Reference]
    /// Where manifests, configurations and layers come from.
    public var provider: any BlobProvider

    /// An image.
    public init(descriptor: Descriptor, names: [Reference] = [], provider: any BlobProvider) {
        self.descriptor = descriptor
        self.names = names
        self.provider = provider
    }

    /// Everything the image consists of, each once, what is pointed at before what points at it.
    ///
    /// Images of an index that the provider does not have are left out, as of an image pulled for one platform.
    func blobs() throws -> [Descriptor] {
        var seen: Set<Digest> = []
        var result: [Descriptor] = []
        func visit(_ descriptor: Descriptor, _ depth: Int) throws {
            guard seen.insert(descriptor.digest).inserted else { return }
            if depth < 8, MediaType.isIndex(descriptor.mediaType) {
                let what = "index \(descriptor.digest)"
                let index = try CanonicalJSON.decode(Index.self, from: provider.bytes(of: descriptor), what: what)
                for manifest in index.manifests where try isThere(manifest) { try visit(manifest, depth + 1) }
            } else if MediaType.isManifest(descriptor.mediaType) {
                let what = "manifest \(descriptor.digest)"
                let manifest = try CanonicalJSON.decode(Manifest.self, from: provider.bytes(of: descriptor), what: what)
                for blob in manifest.layers + [manifest.config] { try visit(blob, depth + 1) }
            }
            result.append(descriptor)
        }
        try visit(descriptor, 0)
        return result
    }

    private func isThere(_ descriptor: Descriptor) throws -> Bool {
        do {
            _ = try provider.open(descriptor)
            return true
        } catch let error as OCIError {
            switch error {
            case .missingBlob, .system(_, _, ENOENT): return false
            default: throw error
            }
        }
    }

    /// The entries of `index.json`: one per name, named as BuildKit does.
    ///
    /// - Parameter created: the time for the entry's annotation, RFC 3339.
    func indexEntries(created: String?) -> [Descriptor] {
        func entry(_ name: Reference?) -> Descriptor {
            var entry = descriptor
            var annotations = entry.annotations ?? [:]
            if let created { annotations["org.opencontainers.image.created"] = created }
            if let name = name?.withDefaultTag {
                annotations[Descriptor.imageNameAnnotation] = name.description
                annotations[Descriptor.referenceAnnotation] = name.tag
            }
            entry.annotations = annotations.isEmpty ? nil : annotations
            return entry
        }
        return names.isEmpty ? [entry(nil)] : names.map { entry($0) }
    }
}

/// `oci-layout`'s content (OCI image-spec, image-layout.md, "oci-layout file").
let layoutMarker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
