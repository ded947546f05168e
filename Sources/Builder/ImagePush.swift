import OCI
import Registry
import Store

/// Pushes an image: layers first, side by side, then configurations, manifests, and last the name.
struct ImagePush: Sendable {
    let session: BuildSession
    let client: RegistryClient

    func push(_ document: ImageDocument, to name: Reference, vertex: VertexID) async throws {
        for image in document.images {
            try await withThrowingTaskGroup(of: Void.self) { group in
                var running = 0
                for layer in unique(image.manifest.layers) {
                    if running >= 4 { try await group.next() } else { running += 1 }
                    group.addTask { try await push(layer, origin: image.origins[layer.digest], to: name, vertex) }
                }
                try await group.waitForAll()
            }
            _ = try await client.pushBlob(name, image.manifest.config.digest) { .bytes(image.configBytes) }
            if document.indexBytes != nil {
                _ = try await client.putManifest(
                    name.repository.withDigest(image.manifestDescriptor.digest), bytes: image.manifestBytes,
                    mediaType: image.manifestDescriptor.mediaType)
            }
        }
        let bytes = document.indexBytes ?? document.images[0].manifestBytes
        _ = try await client.putManifest(name, bytes: bytes, mediaType: document.descriptor.mediaType)
    }

    private func unique(_ layers: [Descriptor]) -> [Descriptor] {
        var seen: Set<Digest> = []
        return layers.filter { seen.insert($0.digest).inserted }
    }

    /// A layer that the registry has is not even read; one of a base image there is mounted from its repository.
    private func push(
        _ layer: Descriptor, origin: BlobOrigin?, to name: Reference, _ vertex: VertexID
    ) async throws {
        var others: [Reference] = []
        if case .registry(let base)? = origin, base.domain == name.domain, base.path != name.path { others = [base] }
        _ = try await client.pushBlob(name, layer.digest, mountFrom: others) {
            if let origin { try await session.fetcher.fetch(layer, from: origin, vertex: vertex) }
            return .file(path: session.store.blobPath(layer.digest), size: layer.size)
        }
        session.progress.send(
            .transfer(vertex, item: layer.digest.description, .push, done: layer.size, total: layer.size))
    }
}
