import BuildGraph
import OCI
import Store

/// Writes an image as an OCI layout (tar file or directory) or as a `docker save` archive.
struct ArchiveExport: Sendable {
    let store: Store
    let output: ExportTarget
    let names: [Reference]
    /// The time for the index's annotations, RFC 3339: that of the image.
    let created: String?

    func write(_ document: ImageDocument) async throws {
        let image = ImageExport(
            descriptor: document.descriptor, names: names, provider: DocumentProvider(store: store, document: document))
        try await blocking {
            do {
                switch output.kind {
                case .oci(let destination?, asDirectory: true):
                    try OCILayoutWriter(directory: destination).write([image], created: created)
                case .oci(let destination, _):
                    try write(image, format: .oci, to: destination, platform: document.images[0].platform)
                case .docker(let destination):
                    try write(image, format: .docker, to: destination, platform: document.images[0].platform)
                case .image, .local, .tar, .registry:
                    break
                }
            } catch let error as OCIError {
                throw BuildError.export("\(error)")
            }
        }
    }

    private func write(
        _ image: ImageExport, format: ArchiveWriter.Format, to destination: String?, platform: Platform
    ) throws {
        if let destination {
            try ArchiveWriter.write(
                [image], format: format, toFile: destination, created: created, platform: platform)
        } else {
            try ArchiveWriter.write(
                [image], format: format, to: FileSink(descriptor: 1, path: "standard output"), created: created,
                platform: platform)
        }
    }
}

/// The documents of an image that is being exported, and the store's layers.
private struct DocumentProvider: BlobProvider {
    let store: Store
    private let documents: [Digest: [UInt8]]

    init(store: Store, document: ImageDocument) {
        self.store = store
        documents = Dictionary(document.documents.map { (Digest.sha256(of: $0), $0) }) { first, _ in first }
    }

    func open(_ descriptor: Descriptor) throws -> Blob {
        if let bytes = documents[descriptor.digest] { return Blob(bytes) }
        return try Blob(path: store.blobPath(descriptor.digest))
    }
}
