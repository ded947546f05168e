import BuildGraph
import OCI
import Store

/// Makes the statements about a build's result.
struct Attesting: Sendable {
    let session: BuildSession
    let target: BuiltTarget
    let vertex: VertexID

    private var options: AttestationOptions { session.options.attestations }

    /// The statements about an image, in the order in which BuildKit writes them.
    func statements(about image: AssembledImage, names: [Reference]) async throws -> [InTotoStatement] {
        let digest = image.manifestDescriptor.digest
        let subjects =
            names.isEmpty
            ? [InTotoStatement.Subject(name: "_", digest: digest)]
            : names.map { InTotoStatement.Subject(name: $0.packageURL(platform: image.platform), digest: digest) }
        return try await predicates(of: image, manifest: image.manifestDescriptor, name: names.first).map {
            InTotoStatement(subjects: subjects, predicateType: $0.type, predicate: $0.bytes)
        }
    }

    /// The statements about files, by the names of the files to put them in.
    ///
    /// - Parameter image: what an image of the result would be; it has the digests of the layers.
    func statements(
        about subjects: [InTotoStatement.Subject], image: AssembledImage
    ) async throws -> [(file: String, statement: InTotoStatement)] {
        try await predicates(of: image, manifest: nil, name: session.options.tags.first).filter { !$0.isInlineOnly }
            .map {
                ($0.file, InTotoStatement(subjects: subjects, predicateType: $0.type, predicate: $0.bytes))
            }
    }

    private struct Predicate {
        var type: String
        var bytes: [UInt8]
        var file: String
        var isInlineOnly = false
    }

    private func predicates(
        of image: AssembledImage, manifest: Descriptor?, name: Reference?
    ) async throws -> [Predicate] {
        let record = try await blocking { try BuildRecording(session, target).record(of: image) }
        var predicates: [Predicate] = []
        if let maker = options.sbom {
            // Layers of a base image that is only passed on may still be where they came from.
            try await sideBySide(image.manifest.layers) { layer in
                if let origin = image.origins[layer.digest] {
                    try await session.fetcher.fetch(layer, from: origin, vertex: vertex)
                }
            }
            let subject = SBOMSubject(
                name: name, manifest: manifest, config: image.config,
                attribution: ImageAttribution(config: image.config, record: record),
                layers: zip(image.config.diffIDs, image.manifest.layers).map {
                    SBOMSubject.Layer(diffID: $0, descriptor: $1)
                },
                time: target.plan.epoch ?? target.result.newestInput)
            predicates.append(
                Predicate(
                    type: InTotoStatement.PredicateType.spdx, bytes: try await maker.document(of: subject),
                    file: options.sbomFile))
        }
        if let options = options.provenance {
            let (type, bytes) = try Provenance(
                options: options, build: session.options, target: target, record: record
            ).predicate()
            predicates.append(
                Predicate(type: type, bytes: bytes, file: options.file, isInlineOnly: options.isInlineOnly))
        }
        return predicates
    }
}
