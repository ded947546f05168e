import OCI
import Registry
import Store

/// Brings an image of a registry into the store: documents, and the layers that are missing, four at a time.
public struct ImagePull: Sendable {
    /// Which images of an index are wanted.
    public enum Platforms: Sendable {
        case only([Platform])
        case all
    }

    /// A pulled image.
    public struct Pulled: Sendable {
        /// The name it has in the store.
        public let name: Reference
        /// What the name points at.
        public let descriptor: Descriptor
        /// Where it came from.
        public let source: String
        /// Did the name stand for the same thing before?
        public let isUnchanged: Bool
    }

    private let store: Store
    private let registry: RegistryAccess
    private let fetcher: LayerFetcher
    private let progress: Progress

    /// Prepares a pull.
    public init(store: Store, registry: RegistryAccess, progress: Progress) {
        self.store = store
        self.registry = registry
        self.progress = progress
        fetcher = LayerFetcher(store: store, registry: registry, progress: progress)
    }

    /// Pulls an image and notes it under its name.
    public func run(_ reference: Reference, platforms: Platforms) async throws -> Pulled {
        let reference = reference.withDefaultTag
        return try await progress.vertex("pulling \(reference.familiar)") { vertex in
            let before = try store.image(named: reference)
            let client = try await registry.client()
            let store = store
            let known: @Sendable (Digest) async -> [UInt8]? = { digest in
                try? store.blob(digest, limit: 4 << 20)
            }
            var wanted = reference
            var top: Registry.ResolvedImage?
            var manifests: [[UInt8]] = []
            switch platforms {
            case .only(let platforms):
                for platform in platforms {
                    let resolved = try await client.resolve(wanted, platform: platform, known: known)
                    // The tag may move between two questions.
                    wanted = reference.withDigest(resolved.root.descriptor.digest)
                    if top == nil { top = resolved }
                    manifests.append(resolved.manifestBytes)
                }
            case .all:
                let resolved = try await client.resolve(wanted, platform: nil, known: known)
                top = resolved
                manifests = try await self.manifests(of: resolved.root, reference, client)
            }
            guard let top else { throw BuildError.options("no platform to pull \(reference.familiar) for") }
            for bytes in manifests { try await pull(bytes, reference, vertex) }
            let root = top.root
            let documents = [root.bytes] + manifests
            try await blocking {
                for bytes in documents { _ = try store.put(bytes) }
                try store.setImage(reference, to: root.descriptor)
            }
            return Pulled(
                name: reference, descriptor: root.descriptor, source: "\(top.source)",
                isUnchanged: before?.digest == root.descriptor.digest)
        }
    }

    /// All manifests of an index, or the manifest itself.
    private func manifests(
        of document: ManifestDocument, _ reference: Reference, _ client: RegistryClient, depth: Int = 0
    ) async throws -> [[UInt8]] {
        guard MediaType.isIndex(document.descriptor.mediaType) else { return [document.bytes] }
        guard depth < 4 else { throw RegistryError.nestedIndex(reference: reference.familiar) }
        let index = try CanonicalJSON.decode(
            Index.self, from: document.bytes, what: "index \(document.descriptor.digest)")
        var result: [[UInt8]] = []
        for child in index.manifests {
            let found = try await client.manifest(reference, digest: child.digest)
            if MediaType.isIndex(found.descriptor.mediaType) { _ = try store.put(found.bytes) }
            result += try await manifests(of: found, reference, client, depth: depth + 1)
        }
        return result
    }

    private func pull(_ manifestBytes: [UInt8], _ reference: Reference, _ vertex: VertexID) async throws {
        let manifest = try CanonicalJSON.decode(Manifest.self, from: manifestBytes, what: "manifest of \(reference)")
        let blobs = ([manifest.config] + manifest.layers.filter { !MediaType.isForeign($0.mediaType) }).uniqued()
        try await sideBySide(blobs) { try await fetcher.fetch($0, from: .registry(reference), vertex: vertex) }
    }
}
