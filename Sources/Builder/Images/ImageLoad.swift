import OCI
import Store

/// Takes images from a layout or archive into the store, all or some, under the names that they have there.
public struct ImageLoad: Sendable {
    /// An image that is in the store now.
    public struct Loaded: Sendable {
        /// What it is called.
        public let name: Reference
        /// The manifest or index.
        public let descriptor: Descriptor
    }

    private let store: Store
    private let source: any ImageSource
    private let copied: @Sendable (Descriptor) -> Void

    /// Loads from `source`. `copied` is told of each blob that was not in the store before.
    public init(
        from source: any ImageSource, into store: Store, copied: @escaping @Sendable (Descriptor) -> Void = { _ in }
    ) {
        self.store = store
        self.source = source
        self.copied = copied
    }

    /// Loads every image.
    ///
    /// - Parameters:
    ///   - fallback: the repository of images that are named by a tag alone, or not at all.
    ///   - name: what to call the only image, whatever its name there.
    /// - Throws: ``OCIError`` when the source is damaged or has no name for an image; ``StoreError``.
    public func run(fallback: Reference?, name: Reference? = nil) async throws -> [Loaded] {
        let images = try named(fallback: fallback, name: name)
        guard !images.isEmpty else { throw OCIError.notAnImage(path: source.path, reason: "it has no images") }
        var loaded: [Loaded] = []
        for (name, descriptors) in images {
            for descriptor in descriptors { try await copy(descriptor) }
            let descriptor = try await blocking { try self.document(of: descriptors) }
            try await blocking { try store.setImage(name, to: descriptor) }
            loaded.append(Loaded(name: name, descriptor: descriptor))
        }
        return loaded
    }

    // MARK: Names

    /// The images by name, in the order of the index. A layout may list one image's platforms without an index around
    /// them: they come together under their name.
    private func named(fallback: Reference?, name only: Reference?) throws -> [(Reference, [Descriptor])] {
        var order: [Reference] = []
        var images: [Reference: [Descriptor]] = [:]
        for descriptor in source.index.manifests where !descriptor.isAttestation {
            let name = try only ?? self.name(of: descriptor, fallback: fallback)
            var plain = descriptor
            // Names belong to the layout; what the store keeps is the image.
            for key in [Descriptor.imageNameAnnotation, Descriptor.referenceAnnotation, Self.created] {
                plain.annotations?[key] = nil
            }
            if plain.annotations?.isEmpty ?? false { plain.annotations = nil }
            if images[name] == nil { order.append(name) }
            if images[name]?.contains(where: { $0.digest == plain.digest }) ?? false { continue }
            // An image of the same name and platform that comes later replaces the one before.
            images[name, default: []].removeAll { $0.platform == plain.platform }
            images[name, default: []].append(plain)
        }
        if let only, images.values.contains(where: { $0.count > 1 && Set($0.map(\.platform)).count < $0.count }) {
            throw OCIError.ambiguousImage(path: source.path, candidates: [only.familiar])
        }
        return order.map { ($0, images[$0] ?? []) }
    }

    private static let created = "org.opencontainers.image.created"

    private func name(of descriptor: Descriptor, fallback: Reference?) throws -> Reference {
        let names = descriptor.imageNames
        // A bare word is a tag: who writes a full name writes a slash or a tag into it.
        for name in names where name.contains(where: { $0 == "/" || $0 == ":" }) {
            return try Reference(parsing: name).withDefaultTag
        }
        guard let fallback else {
            throw OCIError.notAnImage(
                path: source.path, reason: "it does not say what \(names.first ?? "\(descriptor.digest)") is called")
        }
        guard let tag = names.last else { return fallback.withDefaultTag }
        return try fallback.withTag(tag)
    }

    // MARK: Content

    /// Copies everything an image consists of. Manifests of an index that the source does not have are left out, as
    /// archives of one platform list them all.
    private func copy(_ descriptor: Descriptor) async throws {
        let blobs = try await blocking { try self.blobs(of: descriptor) }
        try await sideBySide(blobs, limit: 2) { blob in try await blocking { try self.ingest(blob) } }
    }

    private func ingest(_ descriptor: Descriptor) throws {
        if store.hasBlob(descriptor.digest) {
            // What the store has need not be in the archive; what is there must be as long as the manifest says.
            do { _ = try source.open(descriptor) } catch OCIError.missingBlob {}
            return
        }
        let writer = try store.ingest(expected: descriptor.digest, size: descriptor.size)
        if writer.isComplete { return }
        if writer.offset > 0 { try writer.restart() }
        do { try source.read(descriptor) { try writer.write($0) } } catch {
            writer.abandon()
            throw error
        }
        _ = try writer.finish()
        copied(descriptor)
    }

    private func blobs(of root: Descriptor) throws -> [Descriptor] {
        var result: [Descriptor] = []
        var seen: Set<Digest> = []
        func visit(_ descriptor: Descriptor, isOptional: Bool, depth: Int) throws {
            guard seen.insert(descriptor.digest).inserted else { return }
            let bytes: [UInt8]
            do { bytes = try source.bytes(of: descriptor) } catch OCIError.missingBlob where isOptional { return }
            if MediaType.isIndex(descriptor.mediaType) {
                guard depth < 8 else {
                    throw OCIError.malformedJSON(what: "index \(descriptor.digest)", reason: "nested too deeply")
                }
                let index = try CanonicalJSON.decode(Index.self, from: bytes, what: "index \(descriptor.digest)")
                for child in index.manifests { try visit(child, isOptional: true, depth: depth + 1) }
            } else if MediaType.isManifest(descriptor.mediaType) || descriptor.mediaType.isEmpty {
                let manifest = try CanonicalJSON.decode(
                    Manifest.self, from: bytes, what: "manifest \(descriptor.digest)")
                try check(manifest)
                result += [manifest.config] + manifest.layers
            }
            result.append(descriptor)
        }
        try visit(root, isOptional: false, depth: 0)
        return result.uniqued()
    }

    /// An image whose configuration cannot be read, or is about other layers, would be of no use under any name. Artifacts
    /// that are no images have configurations of other kinds.
    private func check(_ manifest: Manifest) throws {
        guard [MediaType.ociConfig, MediaType.dockerConfig].contains(manifest.config.mediaType) else { return }
        let config = try CanonicalJSON.decode(
            ImageConfig.self, from: source.bytes(of: manifest.config), what: "configuration \(manifest.config.digest)")
        guard config.diffIDs.count == manifest.layers.count || config.diffIDs.isEmpty else {
            throw OCIError.notAnImage(
                path: source.path,
                reason:
                    "a manifest has \(manifest.layers.count) layers, its configuration \(config.diffIDs.count)")
        }
    }

    /// What the name stands for: the image, or an index made for images of several platforms.
    private func document(of images: [Descriptor]) throws -> Descriptor {
        if images.count == 1 { return images[0] }
        let bytes = try CanonicalJSON.encode(Index(manifests: images))
        _ = try store.put(bytes)
        return Descriptor(mediaType: MediaType.ociIndex, describing: bytes)
    }
}
