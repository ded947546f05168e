import Builder
import OCI

/// What a finished build leaves for people and scripts: the ID on standard output, `--iidfile`, `--metadata-file`.
struct BuildReport {
    let command: BuildCommand
    let options: BuildOptions
    let outcome: BuildOutcome

    /// `containerimage.*` keys as Docker's buildx writes them.
    private struct Metadata: Encodable {
        var configDigest: Digest?
        var descriptor: Descriptor?
        var digest: Digest?
        var name: String?

        private enum CodingKeys: String, CodingKey {
            case configDigest = "containerimage.config.digest"
            case descriptor = "containerimage.descriptor"
            case digest = "containerimage.digest"
            case name = "image.name"
        }
    }

    func write() throws {
        guard let descriptor = outcome.descriptor else { return }
        let isSingle = outcome.images.count == 1
        let config = outcome.images.first?.manifest.config.digest
        // The ID of an image is the digest of its configuration; an index of several platforms goes by its own.
        let id = isSingle ? config ?? descriptor.digest : descriptor.digest
        if let file = command.outputs.iidfile { try OutputFile.write(Array(id.description.utf8), to: file) }
        if let file = command.outputs.metadataFile {
            let metadata = Metadata(
                configDigest: isSingle ? config : nil, descriptor: descriptor, digest: descriptor.digest,
                name: options.tags.isEmpty ? nil : options.tags.map(\.description).joined(separator: ","))
            try OutputFile.write(try CanonicalJSON.encode(metadata), to: file)
        }
        if command.outputs.quiet { print(id) }
    }
}
