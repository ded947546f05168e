import BuildGraph
import LayerFormat
import OCI
import Store

/// An image made of documents in memory and layers in the store or still at their origin.
public struct AssembledImage: Sendable {
    /// The configuration.
    public var config: ImageConfig
    /// Its bytes.
    public var configBytes: [UInt8]
    /// The manifest.
    public var manifest: Manifest
    /// Its bytes.
    public var manifestBytes: [UInt8]
    /// What an index or name points at.
    public var manifestDescriptor: Descriptor
    /// The platform.
    public var platform: Platform
    /// The layers' sizes and makers, bottom first.
    public var layers: [BuildSummary.Layer]
    /// Where layers that the store lacks can be had.
    let origins: [Digest: BlobOrigin]
}

/// Puts layers, configuration and manifest together.
struct ImageAssembly: Sendable {
    let session: BuildSession
    let stage: PlannedStage
    let result: StageResult
    let epoch: Int64?
    let vertex: VertexID

    /// Makes the image in the form that an output asks for.
    func image(for target: ExportTarget, annotations: [Annotation]) async throws -> AssembledImage {
        var descriptors: [Descriptor] = []
        var diffIDs: [Digest] = []
        var origins: [Digest: BlobOrigin] = [:]
        var accounts: [BuildSummary.Layer] = []
        for (index, layer) in result.state.layers.enumerated() {
            switch layer {
            case .image(let image) where !rewrites(image.descriptor, target):
                var descriptor = image.descriptor
                descriptor.mediaType =
                    target.ociMediaTypes
                    ? MediaType.ociEquivalent(of: descriptor.mediaType)
                    : MediaType.dockerEquivalent(of: descriptor.mediaType)
                descriptors.append(descriptor)
                diffIDs.append(image.diffID)
                origins[descriptor.digest] = image.origin
                accounts.append(
                    BuildSummary.Layer(
                        compressedSize: descriptor.size, uncompressedSize: try unpackedSize(of: image), madeBy: nil))
            case .image:
                let upTo = TreeState(layers: Array(result.state.layers[...index]))
                let id = try await session.fetcher.unpack(upTo)[index]
                let exported = try await export(id, below: index, target)
                descriptors.append(exported.descriptor)
                diffIDs.append(exported.diffID)
                accounts.append(account(of: exported, id))
            case .step(let id):
                let exported = try await export(id, below: index, target)
                descriptors.append(exported.descriptor)
                diffIDs.append(exported.diffID)
                accounts.append(account(of: exported, id))
            }
        }
        var config = stage.config
        config.diffIDs = diffIDs
        let created = Timestamp.text(epoch ?? result.newestInput)
        config.created = created
        // Files of a named context that a stage starts from are a layer, but of no instruction.
        for account in accounts.dropFirst(config.history.count { !$0.emptyLayer }) {
            config.history.append(
                History(createdBy: account.madeBy ?? "files of a build context", comment: "buildkit.exporter.image.v0"))
        }
        for index in config.history.indices where config.history[index].created == nil {
            config.history[index].created = created
        }
        let configBytes = try CanonicalJSON.encode(config)
        let manifest = Manifest(
            mediaType: target.ociMediaTypes ? MediaType.ociManifest : MediaType.dockerManifest,
            config: Descriptor(
                mediaType: target.ociMediaTypes ? MediaType.ociConfig : MediaType.dockerConfig,
                describing: configBytes),
            layers: descriptors,
            annotations: Self.collect(annotations + target.annotations, .manifest))
        let bytes = try CanonicalJSON.encode(manifest)
        var descriptor = Descriptor(mediaType: manifest.mediaType ?? MediaType.ociManifest, describing: bytes)
        descriptor.platform = config.platform
        descriptor.annotations = Self.collect(annotations + target.annotations, .manifestDescriptor)
        return AssembledImage(
            config: config, configBytes: configBytes, manifest: manifest, manifestBytes: bytes,
            manifestDescriptor: descriptor, platform: config.platform,
            layers: accounts, origins: origins)
    }

    private func account(of exported: ExportedLayer, _ id: LayerID) -> BuildSummary.Layer {
        BuildSummary.Layer(
            compressedSize: exported.descriptor.size, uncompressedSize: exported.uncompressedSize,
            madeBy: result.made[id])
    }

    /// Bytes in the files of a base layer, when it has been unpacked here.
    private func unpackedSize(of layer: ImageLayer) throws -> Int64? {
        guard let id = try session.store.layer(diffID: layer.diffID) else { return nil }
        return try session.store.layerInfo(id)?.size.bytes
    }

    /// Annotations of one level, nil when there are none.
    static func collect(_ annotations: [Annotation], _ level: Annotation.Level) -> [String: String]? {
        let chosen = annotations.filter { $0.level == level }
        return chosen.isEmpty ? nil : Dictionary(chosen.map { ($0.key, $0.value) }) { _, new in new }
    }

    /// Whether a base layer has to be written again.
    private func rewrites(_ descriptor: Descriptor, _ target: ExportTarget) -> Bool {
        if target.rewritesTimestamps && epoch != nil { return true }
        guard target.forcesCompression else { return false }
        return MediaType.compression(of: descriptor.mediaType)
            != MediaType.compression(of: target.compression.layerMediaType)
    }

    /// The layer as a blob in the store, made at most once for each form.
    private func export(_ id: LayerID, below index: Int, _ target: ExportTarget) async throws -> ExportedLayer {
        let rule = TimestampRule(clampAfter: epoch)
        let form = "\(target.compression) clamp=\(epoch.map(String.init) ?? "-")"
        var exported: ExportedLayer
        if let known = try session.store.exported(id, key: form) {
            exported = known
        } else {
            let lower = TreeState(layers: Array(result.state.layers[..<index]))
            let directories = try await session.fetcher.directories(of: lower)
            exported = try await blocking {
                try write(
                    id, lowers: directories, rule: rule, compression: target.compression,
                    item: "\(index + 1)/\(result.state.layers.count)")
            }
            try session.store.recordExport(exported, of: id, key: form)
        }
        exported.descriptor.mediaType =
            target.ociMediaTypes
            ? MediaType.ociEquivalent(of: exported.descriptor.mediaType)
            : MediaType.dockerEquivalent(of: exported.descriptor.mediaType)
        return exported
    }

    private func write(
        _ id: LayerID, lowers: [String], rule: TimestampRule, compression: Compression, item: String
    ) throws -> ExportedLayer {
        let writer = try session.store.ingest()
        let written = try writeLayer(
            upper: session.store.layerDirectory(id), lowers: lowers, clamp: rule, compression: compression
        ) { bytes in
            try writer.write(bytes)
            session.progress.send(
                .transfer(vertex, item: item, .export, done: writer.offset, total: nil))
        }
        let blob = try writer.finish()
        session.progress.send(.transfer(vertex, item: item, .export, done: blob.size, total: blob.size))
        guard blob.digest == written.digest else {
            throw StoreError.digestMismatch(expected: written.digest, got: blob.digest)
        }
        return ExportedLayer(
            descriptor: Descriptor(mediaType: written.mediaType, digest: blob.digest, size: blob.size),
            diffID: written.diffID, uncompressedSize: written.uncompressedSize)
    }
}
