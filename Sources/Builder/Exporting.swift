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
                    images: images, attestations: try await attest(images, output, vertex),
                    annotations: options.annotations + output.annotations, ociMediaTypes: output.ociMediaTypes)
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

    /// What is said about each image.
    private func attest(
        _ images: [AssembledImage], _ output: ExportTarget, _ vertex: VertexID
    ) async throws -> [AttestationManifest] {
        guard !options.attestations.isEmpty, output.isAttested else { return [] }
        guard output.ociMediaTypes else {
            throw BuildError.options("attestations need OCI media types (oci-mediatypes=true)")
        }
        let names = try names(of: output)
        var manifests: [AttestationManifest] = []
        for (target, image) in zip(targets, images) {
            let statements = try await Attesting(session: session, target: target, vertex: vertex).statements(
                about: image, names: names)
            manifests.append(
                try AttestationManifest(
                    of: image.manifestDescriptor, statements: statements, asArtifact: output.attestsAsArtifact))
        }
        return manifests
    }

    private func names(of output: ExportTarget) throws -> [Reference] {
        try output.names.isEmpty ? options.tags : output.names.map { try Reference(parsing: $0).withDefaultTag }
    }

    /// Keeps the record of how each image was made, whatever becomes of the image.
    private func record(_ images: [AssembledImage]) async throws {
        try await blocking {
            for (target, image) in zip(targets, images) {
                let record = try BuildRecording(session, target).record(of: image)
                try session.store.recordBuild(record, of: image.recordSubjects)
            }
        }
    }

    private func write(_ document: ImageDocument, _ output: ExportTarget, _ vertex: VertexID) async throws {
        let names = try names(of: output)
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
    /// What is said about the images, if anything.
    let attestations: [AttestationManifest]
    let descriptor: Descriptor
    /// The index's bytes, when there is one.
    let indexBytes: [UInt8]?

    init(
        images: [AssembledImage], attestations: [AttestationManifest], annotations: [Annotation], ociMediaTypes: Bool
    ) throws {
        self.images = images
        self.attestations = attestations
        if images.count == 1, attestations.isEmpty {
            descriptor = images[0].manifestDescriptor
            indexBytes = nil
            return
        }
        let index = Index(
            mediaType: ociMediaTypes ? MediaType.ociIndex : MediaType.dockerManifestList,
            manifests: images.map(\.manifestDescriptor) + attestations.map(\.descriptor),
            annotations: ImageAssembly.collect(annotations, .index))
        let bytes = try CanonicalJSON.encode(index)
        indexBytes = bytes
        var descriptor = Descriptor(mediaType: index.mediaType ?? MediaType.ociIndex, describing: bytes)
        descriptor.annotations = ImageAssembly.collect(annotations, .indexDescriptor)
        self.descriptor = descriptor
    }

    /// All JSON documents: configurations, manifests, statements, index.
    var documents: [[UInt8]] {
        images.flatMap { [$0.configBytes, $0.manifestBytes] }
            + attestations.flatMap { $0.statements + [$0.configBytes, $0.manifestBytes] }
            + (indexBytes.map { [$0] } ?? [])
    }
}
