import OCI
import Registry
import Store

/// Pushes an image of the store to a registry.
public struct StoredImagePush: Sendable {
    /// What was pushed.
    public struct Pushed: Sendable {
        /// The digest that the name points at now.
        public let digest: Digest
        /// Platforms of the index that the store does not have, and that were left out of it.
        public let missing: [String]
    }

    private let store: Store
    private let registry: RegistryAccess
    private let progress: Progress

    /// Prepares a push.
    public init(store: Store, registry: RegistryAccess, progress: Progress) {
        self.store = store
        self.registry = registry
        self.progress = progress
    }

    /// Pushes what `name` stands for in the store to `destination`.
    ///
    /// An index that was pulled for some of its platforms only is pushed with those; a single one goes without an index.
    ///
    /// - Throws: ``StoreError/notFound(_:)`` when there is no such image or a blob of it is missing; `RegistryError`.
    public func run(_ name: Reference, to destination: Reference) async throws -> Pushed {
        guard let descriptor = try store.image(named: name) else {
            throw StoreError.notFound("image \(name.withDefaultTag.familiar)")
        }
        let destination = destination.withDefaultTag
        return try await progress.vertex("pushing \(destination.familiar)") { vertex in
            var (upload, digest, missing) = try await blocking { try self.upload(descriptor) }
            let others = try await blocking { try repositories(on: destination) }
            upload.mountFrom = { others[$0.digest] ?? [] }
            upload.layer = { layer in
                guard let size = store.blobSize(layer.digest) else {
                    throw StoreError.notFound("layer \(layer.digest)")
                }
                return .file(path: store.blobPath(layer.digest), size: size)
            }
            let progress = progress
            upload.sent = { layer, done, outcome in
                // What the registry had already was not moved.
                if let outcome, outcome != .uploaded { return }
                progress.send(
                    .transfer(vertex, item: layer.digest.description, .push, done: done, total: layer.size))
            }
            try await upload.run(to: destination, client: try await registry.client())
            return Pushed(digest: digest, missing: missing)
        }
    }

    private func upload(_ root: Descriptor) throws -> (ImageUpload, Digest, missing: [String]) {
        let blobs = StoreBlobs(store)
        let (descriptor, missing) = try blobs.complete(root)
        let parts = try blobs.manifests(of: descriptor).map { descriptor, manifest in
            ImageUpload.Part(
                manifest: manifest, manifestBytes: try blobs.bytes(of: descriptor), manifestDescriptor: descriptor,
                configBytes: try blobs.bytes(of: manifest.config))
        }
        var upload = ImageUpload(
            parts: parts, mountFrom: { _ in [] }, layer: { throw StoreError.notFound("layer \($0.digest)") },
            sent: { _, _, _ in })
        if MediaType.isIndex(descriptor.mediaType) {
            upload.index = (try blobs.bytes(of: descriptor), descriptor.mediaType)
            upload.innerIndexes = try blobs.innerIndexes(of: descriptor).map { ($0, try blobs.bytes(of: $0)) }
        }
        return (upload, descriptor.digest, missing.map(Self.label))
    }

    private static func label(_ descriptor: Descriptor) -> String {
        descriptor.isAttestation ? "an attestation" : descriptor.platform?.description ?? "\(descriptor.digest)"
    }

    /// The other repositories on the destination's registry that images of the store came from or went to, by layer.
    private func repositories(on destination: Reference) throws -> [Digest: [Reference]] {
        let blobs = StoreBlobs(store)
        var result: [Digest: [Reference]] = [:]
        for image in try store.listImages() {
            guard image.name.domain == destination.domain, image.name.path != destination.path else { continue }
            // An image that cannot be read is no help, and no reason to fail.
            for (_, manifest) in (try? blobs.manifests(of: image.descriptor)) ?? [] {
                for layer in manifest.layers where result[layer.digest]?.contains(image.name.repository) != true {
                    result[layer.digest, default: []].append(image.name.repository)
                }
            }
        }
        return result.mapValues { Array($0.prefix(3)) }
    }
}
