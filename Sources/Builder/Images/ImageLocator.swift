import OCI
import Registry
import Store

/// An image with its documents read; the layers are where they were until somebody asks for them.
public struct FoundImage: Sendable {
    /// How it was named.
    public let name: ImageName
    /// What the name points at: the manifest, or an index around it.
    public let root: Descriptor
    /// The manifest and configuration for the platform asked for.
    public let image: LocatedImage
    let origin: Origin

    enum Origin: Sendable {
        case store
        case file(any BlobProvider)
        case registry(Reference)
    }

    /// The layers with their diffIDs, bottom first.
    ///
    /// - Throws: ``OCIError/notAnImage(path:reason:)`` when manifest and configuration do not fit together.
    public func layers() throws(OCIError) -> [(descriptor: Descriptor, diffID: Digest)] {
        guard image.manifest.layers.count == image.config.diffIDs.count else {
            throw .notAnImage(
                path: name.description,
                reason:
                    "its manifest has \(image.manifest.layers.count) layers, its configuration \(image.config.diffIDs.count)"
            )
        }
        return zip(image.manifest.layers, image.config.diffIDs).map { ($0, $1) }
    }
}

/// Finds images by the names that the command line takes: in the store, in registries, in files.
public struct ImageLocator: Sendable {
    /// When a registry is asked.
    public enum PullPolicy: String, Sendable, CaseIterable {
        /// Even when the store has the image.
        case always
        /// When the store lacks it.
        case missing
        /// Not at all.
        case never
    }

    let store: Store
    let registry: RegistryAccess
    private let progress: Progress
    let fetcher: LayerFetcher

    /// Creates a locator.
    public init(store: Store, registry: RegistryAccess, progress: Progress) {
        self.store = store
        self.registry = registry
        self.progress = progress
        fetcher = LayerFetcher(store: store, registry: registry, progress: progress)
    }

    /// Finds an image for a platform; without one, for this machine's, or the only one that there is.
    ///
    /// - Throws: `OCIError`, `RegistryError`, ``StoreError/notFound(_:)``.
    public func find(
        _ name: ImageName, platform wanted: Platform? = nil, pull: PullPolicy = .missing
    ) async throws -> FoundImage {
        let found = try await locate(name, wanted, pull)
        try Self.check(found.image, wanted)
        return found
    }

    /// A name may stand for an image of one platform without an index, which is then the wrong one.
    private static func check(_ image: LocatedImage, _ wanted: Platform?) throws(OCIError) {
        let offered = image.config.platform
        guard let wanted, wanted.rank(of: offered) == nil else { return }
        throw .noMatchingPlatform(wanted: wanted.description, available: [offered.description])
    }

    /// Are the layers there, and none cut short? What is remembered of their content would hide it.
    private static func check(_ layers: [Descriptor], in source: any ImageSource) throws {
        for layer in layers {
            let size = try source.open(layer).size
            guard size == layer.size else {
                throw OCIError.sizeMismatch(what: "blob \(layer.digest)", expected: layer.size, actual: size)
            }
        }
    }

    private func locate(_ name: ImageName, _ wanted: Platform?, _ pull: PullPolicy) async throws -> FoundImage {
        let platform = wanted ?? .host
        switch name {
        case .store(let reference):
            let reference = reference.withDefaultTag
            if pull != .always, let found = try await blocking({ try inStore(reference, name, wanted) }) {
                return found
            }
            guard pull != .never else { throw StoreError.notFound("image \(reference.familiar)") }
            let pulled = try await ImagePull(store: store, registry: registry, progress: progress)
                .run(reference, platforms: .only([platform]))
            return try await blocking {
                FoundImage(
                    name: name, root: pulled.descriptor,
                    image: try StoreBlobs(store).image(pulled.descriptor, platform: platform), origin: .store)
            }
        case .registry(let reference):
            return try await inRegistry(reference.withDefaultTag, name, platform)
        case .ociLayout, .ociArchive, .dockerArchive:
            return try await blocking {
                let (source, reference) = try openImageSource(name)
                let image = try source.image(named: reference, platform: platform)
                try Self.check(image.manifest.layers, in: source)
                return FoundImage(name: name, root: image.descriptor, image: image, origin: .file(source))
            }
        case .directory:
            throw OCIError.invalidImageName(name.description, reason: "a plain root file system is no image")
        }
    }

    /// Only what is complete counts: an index may have been pulled for another platform.
    private func inStore(_ reference: Reference, _ name: ImageName, _ wanted: Platform?) throws -> FoundImage? {
        guard let root = try store.image(named: reference) else { return nil }
        do {
            let image = try StoreBlobs(store).image(root, platform: wanted ?? .host)
            try Self.check(image, wanted)
            guard image.manifest.layers.allSatisfy({ store.hasBlob($0.digest) }) else { return nil }
            return FoundImage(name: name, root: root, image: image, origin: .store)
        } catch StoreError.notFound, OCIError.noMatchingPlatform {
            return nil
        }
    }

    /// Documents only; nothing is noted in the store under the name.
    private func inRegistry(
        _ reference: Reference, _ name: ImageName, _ platform: Platform
    ) async throws -> FoundImage {
        let client = try await registry.client()
        let store = store
        let resolved = try await client.resolve(reference, platform: platform) { try? store.blob($0, limit: 4 << 20) }
        let manifest = try CanonicalJSON.decode(
            Manifest.self, from: resolved.manifestBytes, what: "manifest \(resolved.descriptor.digest)")
        try await fetcher.fetch(manifest.config, from: .registry(reference), vertex: nil)
        return try await blocking {
            _ = try store.put(resolved.manifestBytes)
            let image = try StoreBlobs(store).image(resolved.descriptor, platform: platform)
            return FoundImage(name: name, root: resolved.root.descriptor, image: image, origin: .registry(reference))
        }
    }

    // MARK: Layers

    /// A layer's blob as it is, compressed or not; fetched when it is in a registry. Not checked yet, unless it comes from
    /// the store.
    public func blob(_ layer: Descriptor, of found: FoundImage) async throws -> Blob {
        switch found.origin {
        case .file(let provider):
            return try provider.open(layer)
        case .registry(let reference):
            try await fetcher.fetch(layer, from: .registry(reference), vertex: nil)
            return try StoreBlobs(store).open(layer)
        case .store:
            return try StoreBlobs(store).open(layer)
        }
    }

    /// The unpacked layers of an image in the store, bottom first. What is missing is fetched and unpacked side by side.
    public func unpack(_ found: FoundImage) async throws -> [LayerID] {
        let layers = try found.layers()
        let origin: BlobOrigin
        switch found.origin {
        case .store: origin = .store
        case .registry(let reference): origin = .registry(reference)
        case .file(let provider):
            origin = .store
            try await sideBySide(layers.map { PendingLayer(descriptor: $0.descriptor, diffID: $0.diffID) }, limit: 2) {
                layer in try await blocking { try ingest(layer, from: provider) }
            }
        }
        let state = TreeState(
            layers: layers.map { .image(ImageLayer(descriptor: $0.descriptor, diffID: $0.diffID, origin: origin)) })
        return try await fetcher.unpack(state)
    }

    private struct PendingLayer: Sendable {
        var descriptor: Descriptor
        var diffID: Digest
    }

    /// Copies a layer's blob into the store, unless the layer is unpacked there.
    private func ingest(_ layer: PendingLayer, from provider: any BlobProvider) throws {
        if try store.layer(diffID: layer.diffID) != nil || store.hasBlob(layer.descriptor.digest) { return }
        let writer = try store.ingest(expected: layer.descriptor.digest, size: layer.descriptor.size)
        if writer.isComplete { return }
        if writer.offset > 0 { try writer.restart() }
        try provider.read(layer.descriptor) { try writer.write($0) }
        _ = try writer.finish()
    }
}
