import OCI
import Registry

/// Pushes images in the order that registries ask for: layers side by side, then configurations, manifests, and last
/// the name.
struct ImageUpload: Sendable {
    /// One image, with its documents in memory.
    struct Part: Sendable {
        var manifest: Manifest
        var manifestBytes: [UInt8]
        var manifestDescriptor: Descriptor
        var configBytes: [UInt8]
    }

    /// The images.
    var parts: [Part]
    /// The index around them, when there is one.
    var index: (bytes: [UInt8], mediaType: String)?
    /// Indexes inside that one, each after those inside it.
    var innerIndexes: [(descriptor: Descriptor, bytes: [UInt8])] = []
    /// Repositories that may have the layer already.
    var mountFrom: @Sendable (Descriptor) -> [Reference]
    /// The bytes of a layer; asked for when the registry lacks them.
    var layer: @Sendable (Descriptor) async throws -> BlobSource
    /// Told how far a layer is, and finally how it got there.
    var sent: @Sendable (Descriptor, Int64, RegistryClient.PushOutcome?) -> Void

    func run(to name: Reference, client: RegistryClient) async throws {
        let layers = parts.flatMap(\.manifest.layers).filter { !MediaType.isForeign($0.mediaType) }.uniqued()
        try await sideBySide(layers) { descriptor in
            let outcome = try await client.pushBlob(
                name, descriptor.digest, mountFrom: mountFrom(descriptor),
                sent: { sent(descriptor, $0, nil) }
            ) { try await layer(descriptor) }
            sent(descriptor, descriptor.size, outcome)
        }
        for part in parts {
            _ = try await client.pushBlob(name, part.manifest.config.digest) { .bytes(part.configBytes) }
            guard index != nil else { continue }
            _ = try await client.putManifest(
                name.repository.withDigest(part.manifestDescriptor.digest), bytes: part.manifestBytes,
                mediaType: part.manifestDescriptor.mediaType)
        }
        for (descriptor, bytes) in innerIndexes {
            _ = try await client.putManifest(
                name.repository.withDigest(descriptor.digest), bytes: bytes, mediaType: descriptor.mediaType)
        }
        if let index {
            _ = try await client.putManifest(name, bytes: index.bytes, mediaType: index.mediaType)
        } else if let only = parts.first {
            _ = try await client.putManifest(
                name, bytes: only.manifestBytes, mediaType: only.manifestDescriptor.mediaType)
        }
    }
}
