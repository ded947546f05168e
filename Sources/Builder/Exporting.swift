import BuildGraph
import Glibc
import LayerFormat
import OCI
import Registry
import Store

/// Writes the results of a build to its outputs.
struct Exporting: Sendable {
    let session: BuildSession
    let registry: RegistryAccess
    let targets: [BuiltTarget]

    private var options: BuildOptions { session.options }

    func run() async throws -> BuildOutcome {
        var outcome = BuildOutcome(images: [], descriptor: nil)
        var outputs = options.exports
        if outputs.isEmpty { outputs = [ExportTarget(kind: .image)] }
        for output in outputs {
            try Task.checkCancellation()
            try await export(output, &outcome)
        }
        return outcome
    }

    private func export(_ output: ExportTarget, _ outcome: inout BuildOutcome) async throws {
        switch output.kind {
        case .local, .tar:
            try await session.progress.vertex("exporting to \(output.kind.name)") { vertex in
                try await RootFilesystemExport(session: session, targets: targets, output: output, vertex: vertex).run()
            }
        case .image, .oci, .docker, .registry:
            let built = try await session.progress.vertex("exporting to \(output.kind.name)") { vertex in
                let images = try await assemble(output, vertex)
                let document = try ImageDocument(
                    images: images, annotations: options.annotations + output.annotations,
                    ociMediaTypes: output.ociMediaTypes)
                try await write(document, output, vertex)
                try await record(images)
                return (images, document.descriptor)
            }
            outcome.images = built.0
            outcome.descriptor = built.1
        }
    }

    private func assemble(_ output: ExportTarget, _ vertex: VertexID) async throws -> [AssembledImage] {
        var images: [AssembledImage] = []
        for target in targets {
            let assembly = ImageAssembly(
                session: session, stage: target.stage, result: target.result, epoch: target.plan.epoch, vertex: vertex)
            images.append(try await assembly.image(for: output, annotations: options.annotations))
        }
        return images
    }

    /// Keeps the record of how each image was made, whatever becomes of the image.
    private func record(_ images: [AssembledImage]) async throws {
        try await blocking {
            for (target, image) in zip(targets, images) {
                let subjects = BuildRecord.subjects(
                    manifest: image.manifestDescriptor.digest, image.manifest, image.config)
                var record = BuildRecording(options: options, target: target).record(of: image)
                if !record.isComplete, let earlier = try session.store.buildRecord(of: subjects) {
                    record = record.completed(by: earlier)
                }
                try session.store.recordBuild(record, of: subjects)
            }
        }
    }

    private func write(_ document: ImageDocument, _ output: ExportTarget, _ vertex: VertexID) async throws {
        let names =
            try output.names.isEmpty ? options.tags : output.names.map { try Reference(parsing: $0).withDefaultTag }
        switch output.kind {
        case .image:
            try await fetchLayers(of: document, vertex)
            try await keep(document, names: names)
            if output.pushes { try await push(document, output, names: names, vertex) }
        case .registry:
            try await push(document, output, names: names, vertex)
        case .oci, .docker:
            try await fetchLayers(of: document, vertex)
            try await ArchiveExport(
                store: session.store, output: output, names: names, created: document.images[0].config.created
            ).write(document)
        case .local, .tar:
            break
        }
    }

    /// Makes sure that all layers are in the store.
    private func fetchLayers(of document: ImageDocument, _ vertex: VertexID) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for image in document.images {
                for layer in image.manifest.layers {
                    guard let origin = image.origins[layer.digest] else { continue }
                    group.addTask { try await session.fetcher.fetch(layer, from: origin, vertex: vertex) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func keep(_ document: ImageDocument, names: [Reference]) async throws {
        try await blocking {
            for bytes in document.documents { _ = try session.store.put(bytes) }
            try session.store.setImages(names, to: document.descriptor)
        }
    }

    private func push(
        _ document: ImageDocument, _ output: ExportTarget, names: [Reference], _ vertex: VertexID
    ) async throws {
        guard !names.isEmpty else { throw BuildError.options("a name (-t NAME) is needed to push the image") }
        let client = try await registry.client()
        for name in names {
            try await ImagePush(session: session, client: client).push(document, to: name, vertex: vertex)
        }
    }
}

extension ExportTarget.Kind {
    /// As progress names it.
    var name: String {
        switch self {
        case .image: "image"
        case .oci: "OCI image format"
        case .docker: "docker image format"
        case .local: "client directory"
        case .tar: "client tarball"
        case .registry: "registry"
        }
    }
}

/// The manifest of one platform, or the index of several, with everything that belongs to it.
struct ImageDocument: Sendable {
    let images: [AssembledImage]
    let descriptor: Descriptor
    /// The index's bytes, when there is one.
    let indexBytes: [UInt8]?

    init(images: [AssembledImage], annotations: [Annotation], ociMediaTypes: Bool) throws {
        self.images = images
        if images.count == 1 {
            descriptor = images[0].manifestDescriptor
            indexBytes = nil
            return
        }
        let index = Index(
            mediaType: ociMediaTypes ? MediaType.ociIndex : MediaType.dockerManifestList,
            manifests: images.map(\.manifestDescriptor),
            annotations: ImageAssembly.collect(annotations, .index))
        let bytes = try CanonicalJSON.encode(index)
        indexBytes = bytes
        var descriptor = Descriptor(mediaType: index.mediaType ?? MediaType.ociIndex, describing: bytes)
        descriptor.annotations = ImageAssembly.collect(annotations, .indexDescriptor)
        self.descriptor = descriptor
    }

    /// All JSON documents: configurations, manifests, index.
    var documents: [[UInt8]] {
        images.flatMap { [$0.configBytes, $0.manifestBytes] } + (indexBytes.map { [$0] } ?? [])
    }
}
