import OCI
import Registry
import Store

/// Pushes an image that was built: layers may still be where its base images are.
struct ImagePush: Sendable {
    let session: BuildSession
    let client: RegistryClient

    func push(_ document: ImageDocument, to name: Reference, vertex: VertexID) async throws {
        var origins: [Digest: BlobOrigin] = [:]
        for image in document.images { origins.merge(image.origins) { first, _ in first } }
        let found = origins
        let statements = Dictionary(
            document.attestations.flatMap { zip($0.manifest.layers.map(\.digest), $0.statements) }
        ) { first, _ in first }
        let upload = ImageUpload(
            parts: document.images.map {
                ImageUpload.Part(
                    manifest: $0.manifest, manifestBytes: $0.manifestBytes, manifestDescriptor: $0.manifestDescriptor,
                    configBytes: $0.configBytes)
            }
                + document.attestations.map {
                    ImageUpload.Part(
                        manifest: $0.manifest, manifestBytes: $0.manifestBytes, manifestDescriptor: $0.descriptor,
                        configBytes: $0.configBytes)
                },
            index: document.indexBytes.map { ($0, document.descriptor.mediaType) },
            // A layer that the registry has is not even read; one of a base image there is mounted from its repository.
            mountFrom: { layer in
                guard case .registry(let base)? = found[layer.digest], base.domain == name.domain,
                    base.path != name.path
                else { return [] }
                return [base]
            },
            layer: { layer in
                if let statement = statements[layer.digest] { return .bytes(statement) }
                if let origin = found[layer.digest] {
                    try await session.fetcher.fetch(layer, from: origin, vertex: vertex)
                }
                return .file(path: session.store.blobPath(layer.digest), size: layer.size)
            },
            sent: { layer, done, _ in
                session.progress.send(
                    .transfer(vertex, item: layer.digest.description, .push, done: done, total: layer.size))
            })
        try await upload.run(to: name, client: client)
    }
}
