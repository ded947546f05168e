import OCI

extension BuildRecord {
    /// Where provenance has the record, among BuildKit's metadata.
    static let provenanceField = "whittle_build_record"

    /// The record in the provenance of an image, when it was built with `--provenance=mode=max`.
    ///
    /// - Returns: nil when there is none that can be read. It says whatever whoever made the index wanted it to say.
    static func attached(to image: Digest, in index: Index, _ provider: any BlobProvider) -> BuildRecord? {
        let paths = [
            InTotoStatement.PredicateType.provenance1: [
                "runDetails", "metadata", "buildkit_metadata", provenanceField,
            ],
            InTotoStatement.PredicateType.provenance02: [
                "metadata", "https://mobyproject.org/buildkit@v1#metadata", provenanceField,
            ],
        ]
        let found = (try? provider.attachedPredicates(Set(paths.keys), to: image, in: index)) ?? []
        for (type, predicate) in found {
            var value: JSONValue? = predicate
            for key in paths[type] ?? [] {
                if case .object(let fields)? = value { value = fields[key] } else { value = nil }
            }
            if let value, let bytes = try? CanonicalJSON.encode(value), let record = try? BuildRecord(reading: bytes) {
                return record
            }
        }
        return nil
    }
}

extension ImageLocator {
    /// What made the layers and files of an image: by the record that the store has of its build, else by one that is
    /// attached to the image, else by its history.
    public func attribution(of found: FoundImage) async throws -> ImageAttribution {
        if let record = try await blocking({ try store.buildRecord(of: found.image) }) {
            return ImageAttribution(config: found.image.config, record: record)
        }
        if case .registry(let reference) = found.origin { try await fetchAttestations(of: found, from: reference) }
        return try await blocking { ImageAttribution(config: found.image.config, record: attachedRecord(found)) }
    }

    /// Brings what is attached to an image of a registry into the store. What cannot be had is done without.
    private func fetchAttestations(of found: FoundImage, from reference: Reference) async throws {
        guard MediaType.isIndex(found.root.mediaType) else { return }
        do {
            let client = try await registry.client()
            let root = try await client.manifest(reference, digest: found.root.digest)
            _ = try store.put(root.bytes)
            let index = try CanonicalJSON.decode(Index.self, from: root.bytes, what: "index \(found.root.digest)")
            for entry in index.manifests.prefix(256) where entry.isAbout(found.image.descriptor.digest) {
                let document = try await client.manifest(reference, digest: entry.digest)
                _ = try store.put(document.bytes)
                let manifest = try CanonicalJSON.decode(
                    Manifest.self, from: document.bytes, what: "manifest \(entry.digest)")
                for layer in manifest.layers.prefix(64) where layer.isProvenance {
                    try await fetcher.fetch(layer, from: .registry(reference), vertex: nil)
                }
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {}
    }

    private func attachedRecord(_ found: FoundImage) -> BuildRecord? {
        let image = found.image.descriptor.digest
        let provider: any BlobProvider
        var indexes: [Index] = []
        switch found.origin {
        case .store, .registry:
            provider = StoreBlobs(store)
            if let index = provider.index(found.root) { indexes = [index] }
        case .file(let source):
            provider = source
            guard let source = source as? any ImageSource else { return nil }
            indexes = [source.index] + source.index.manifests.prefix(64).compactMap(source.index)
        }
        for index in indexes {
            if let record = BuildRecord.attached(to: image, in: index, provider) { return record }
        }
        return nil
    }
}

extension Descriptor {
    /// A statement with provenance, of a size that is read.
    fileprivate var isProvenance: Bool {
        let types = [InTotoStatement.PredicateType.provenance1, InTotoStatement.PredicateType.provenance02]
        return mediaType == MediaType.inToto && size <= CanonicalJSON.documentLimit
            && types.contains(predicateType ?? "")
    }
}

extension BlobProvider {
    /// The index that a descriptor points at; nil when it is no index or not there.
    fileprivate func index(_ descriptor: Descriptor) -> Index? {
        guard MediaType.isIndex(descriptor.mediaType), descriptor.size <= CanonicalJSON.documentLimit,
            let bytes = try? bytes(of: descriptor)
        else { return nil }
        return try? CanonicalJSON.decode(Index.self, from: bytes, what: "index \(descriptor.digest)")
    }
}
