import BuildGraph
import DockerfileSyntax
import OCI
import Registry
import Store

/// Finds the manifest and configuration of base images; layers stay where they are.
///
/// The local store is asked first, then the registry, unless the build always pulls. An image for one platform only
/// that is in the store serves any platform, as it would in a registry, but only when there is none in the registry. A resolved image is noted in the
/// store under its name, so that the next build needs no network.
struct BaseImageResolver: Sendable {
    let store: Store
    let registry: RegistryAccess
    let fetcher: LayerFetcher
    let progress: Progress
    let namedContexts: [String: NamedContextInput]
    let pullsAlways: Bool

    /// Resolves one input.
    func resolve(_ input: ImageInput) async throws -> ResolvedImage {
        if let name = input.namedContext, let context = namedContexts[name] {
            switch context {
            case .image(let reference):
                return try await resolve(reference.withDefaultTag, platform: input.platform)
            case .layout(let directory, let reference):
                return try await blocking { try fromLayout(directory, reference, platform: input.platform) }
            case .directory:
                throw BuildError.options("the context \(name) is a directory, not an image")
            }
        }
        return try await resolve(input.reference, platform: input.platform)
    }

    private func resolve(_ reference: Reference, platform: Platform) async throws -> ResolvedImage {
        if !pullsAlways, let local = try await blocking({ try fromStore(reference, platform: platform) }) {
            return local
        }
        do {
            return try await progress.vertex("[internal] load metadata for \(reference)") { vertex in
                try await fromRegistry(reference, platform: platform, vertex: vertex)
            }
        } catch {
            if !pullsAlways, let local = try await blocking({ try fromStore(reference, platform: nil) }) {
                return local
            }
            throw error
        }
    }

    // MARK: Local store

    /// - Parameter platform: nil takes an image for whatever platform, if there is no choice.
    private func fromStore(_ reference: Reference, platform: Platform?) throws -> ResolvedImage? {
        let named = try store.image(named: reference)
        guard var descriptor = named ?? reference.digest.flatMap(documentInStore) else { return nil }
        let root = descriptor.digest
        guard store.hasBlob(descriptor.digest) else { return nil }
        if MediaType.isIndex(descriptor.mediaType) {
            let index = try CanonicalJSON.decode(
                Index.self, from: try store.blob(descriptor.digest), what: "image index")
            guard let platform, let match = try? index.manifest(for: platform), store.hasBlob(match.digest) else {
                return nil
            }
            descriptor = match
        }
        let manifest = try CanonicalJSON.decode(
            Manifest.self, from: try store.blob(descriptor.digest), what: "manifest")
        guard store.hasBlob(manifest.config.digest) else { return nil }
        let config = try CanonicalJSON.decode(
            ImageConfig.self, from: try store.blob(manifest.config.digest), what: "image configuration")
        if let platform, platform.rank(of: config.platform) == nil { return nil }
        return ResolvedImage(
            manifest: manifest, manifestDescriptor: descriptor, config: config, origin: .registry(reference),
            rootDigest: root, reference: reference)
    }

    /// The manifest or index of that digest, whatever name it came under.
    private func documentInStore(_ digest: Digest) -> Descriptor? {
        guard let bytes = try? store.blob(digest, limit: 4 << 20),
            let type = ManifestKind.mediaType(of: bytes, announced: nil)
        else { return nil }
        return Descriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
    }

    // MARK: OCI layout

    private func fromLayout(_ directory: String, _ name: String?, platform: Platform) throws -> ResolvedImage {
        let image = try OCILayoutReader(directory: directory).image(named: name, platform: platform)
        return ResolvedImage(
            manifest: image.manifest, manifestDescriptor: image.descriptor, config: image.config,
            origin: .layout(directory: directory), rootDigest: image.descriptor.digest)
    }

    // MARK: Registry

    private func fromRegistry(
        _ reference: Reference, platform: Platform, vertex: VertexID
    ) async throws -> ResolvedImage {
        let client = try await registry.client()
        let resolved = try await client.resolve(reference, platform: platform)
        _ = try store.put(resolved.root.bytes)
        _ = try store.put(resolved.manifestBytes)
        let manifest = try CanonicalJSON.decode(Manifest.self, from: resolved.manifestBytes, what: "manifest")
        try await fetcher.fetch(manifest.config, from: .registry(reference), vertex: vertex)
        let config = try CanonicalJSON.decode(
            ImageConfig.self, from: try store.blob(manifest.config.digest), what: "image configuration")
        try store.setImage(reference, to: resolved.root.descriptor)
        return ResolvedImage(
            manifest: manifest, manifestDescriptor: resolved.descriptor, config: config,
            origin: .registry(reference), rootDigest: resolved.root.descriptor.digest, reference: reference)
    }
}
