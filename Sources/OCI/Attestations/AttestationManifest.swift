/// A manifest that says something about an image, as BuildKit stores it: an entry of the image's index, with statements
/// as its layers (moby/buildkit, docs/attestations/attestation-storage.md).
public struct AttestationManifest: Sendable {
    /// The entry of the index.
    public let descriptor: Descriptor
    /// The manifest.
    public let manifest: Manifest
    /// Its bytes.
    public let manifestBytes: [UInt8]
    /// The bytes of its configuration.
    public let configBytes: [UInt8]
    /// The statements' bytes, in the order of the manifest's layers.
    public let statements: [[UInt8]]

    /// The type of the artifact.
    public static let artifactType = "application/vnd.docker.attestation.manifest.v1+json"

    /// Puts statements about an image together.
    ///
    /// - Parameter asArtifact: an OCI artifact with the image as its subject, which registries list as a referrer; else the
    ///   older form with an image configuration.
    public init(
        of image: Descriptor, statements: [InTotoStatement], asArtifact: Bool = true
    ) throws(OCIError) {
        var layers: [Descriptor] = []
        var blobs: [[UInt8]] = []
        for statement in statements {
            let bytes = try statement.bytes()
            var layer = Descriptor(mediaType: MediaType.inToto, describing: bytes)
            layer.annotations = [Descriptor.predicateTypeAnnotation: statement.predicateType]
            layers.append(layer)
            blobs.append(bytes)
        }
        var config: Descriptor
        if asArtifact {
            configBytes = Array("{}".utf8)
            config = Descriptor(mediaType: MediaType.ociEmpty, describing: configBytes)
            config.data = "e30="
        } else {
            var image = ImageConfig(platform: .unknown)
            image.diffIDs = layers.map(\.digest)
            configBytes = try CanonicalJSON.encode(image)
            config = Descriptor(mediaType: MediaType.ociConfig, describing: configBytes)
        }
        manifest = Manifest(
            artifactType: asArtifact ? Self.artifactType : nil, config: config, layers: layers,
            subject: asArtifact ? Descriptor(mediaType: image.mediaType, digest: image.digest, size: image.size) : nil)
        manifestBytes = try CanonicalJSON.encode(manifest)
        var descriptor = Descriptor(
            mediaType: MediaType.ociManifest, describing: manifestBytes, platform: .unknown)
        descriptor.annotations = [
            Descriptor.referenceTypeAnnotation: "attestation-manifest",
            Descriptor.referenceDigestAnnotation: image.digest.description,
        ]
        self.descriptor = descriptor
        self.statements = blobs
    }
}

extension Platform {
    /// What attestations have for a platform, so that nobody runs them.
    static let unknown = Platform(os: "unknown", architecture: "unknown")
}

extension Descriptor {
    static let referenceTypeAnnotation = "vnd.docker.reference.type"
    static let referenceDigestAnnotation = "vnd.docker.reference.digest"
    static let predicateTypeAnnotation = "in-toto.io/predicate-type"

    /// Is this a manifest that says something about that image?
    public func isAbout(_ image: Digest) -> Bool {
        annotations?[Self.referenceDigestAnnotation] == image.description
    }

    /// The type of the predicate in the statement that the descriptor points at, when it says so.
    public var predicateType: String? { annotations?[Self.predicateTypeAnnotation] }
}

extension BlobProvider {
    /// The predicates of one type that are attached to an image in an index.
    ///
    /// - Parameters:
    ///   - image: the image's manifest.
    ///   - index: the index that the image is in, or one around it.
    /// - Throws: ``OCIError``. An attestation that is not there is passed over.
    public func attachedPredicates(
        _ types: Set<String>, to image: Digest, in index: Index
    ) throws -> [(type: String, predicate: JSONValue)] {
        var result: [(type: String, predicate: JSONValue)] = []
        for descriptor in index.manifests.prefix(256)
        where descriptor.isAbout(image) {
            guard let bytes = try bytesIfThere(descriptor) else { continue }
            let what = "attestation \(descriptor.digest)"
            let manifest = try CanonicalJSON.decode(Manifest.self, from: bytes, what: what)
            for layer in manifest.layers.prefix(64) where layer.mediaType == MediaType.inToto {
                guard let type = layer.predicateType, types.contains(type),
                    let bytes = try bytesIfThere(layer)
                else { continue }
                let statement = try CanonicalJSON.decode(Statement.self, from: bytes, what: what)
                guard statement.predicateType == type else { continue }
                result.append((type, statement.predicate))
            }
        }
        return result
    }

    private func bytesIfThere(_ descriptor: Descriptor) throws -> [UInt8]? {
        guard descriptor.size <= CanonicalJSON.documentLimit else { return nil }
        do { return try bytes(of: descriptor) } catch OCIError.missingBlob { return nil }
    }
}

/// A statement as it is read.
private struct Statement: Decodable {
    var predicateType: String
    var predicate: JSONValue
}
