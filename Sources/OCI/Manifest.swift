/// The manifest of one image: its configuration and its layers (OCI image-spec, manifest.md; Docker's schema 2 is the same).
public struct Manifest: Hashable, Sendable {
    /// Always 2.
    public var schemaVersion: Int
    /// OCI's or Docker's manifest type; OCI allows it to be absent.
    public var mediaType: String?
    /// The type of an artifact that is no image.
    public var artifactType: String?
    /// The image configuration.
    public var config: Descriptor
    /// The layers, the lowest first.
    public var layers: [Descriptor]
    /// The manifest this one says something about.
    public var subject: Descriptor?
    /// Free key-value data.
    public var annotations: [String: String]?

    /// A manifest.
    public init(
        mediaType: String? = MediaType.ociManifest, artifactType: String? = nil, config: Descriptor,
        layers: [Descriptor], subject: Descriptor? = nil, annotations: [String: String]? = nil
    ) {
        self.schemaVersion = 2
        self.mediaType = mediaType
        self.artifactType = artifactType
        self.config = config
        self.layers = layers
        self.subject = subject
        self.annotations = annotations
    }
}

extension Manifest: Codable {
    /// Reads a manifest.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        schemaVersion = try fields.optional("schemaVersion") ?? 2
        mediaType = try fields.optional("mediaType")
        artifactType = try fields.optional("artifactType")
        config = try fields.decode(Descriptor.self, forKey: AnyKey("config"))
        layers = try fields.optional("layers") ?? []
        subject = try fields.optional("subject")
        annotations = try fields.optional("annotations")
    }

    /// Writes a manifest without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.put("schemaVersion", schemaVersion)
        try fields.omittingEmpty("mediaType", mediaType)
        try fields.omittingEmpty("artifactType", artifactType)
        try fields.put("config", config)
        try fields.put("layers", layers)
        if let subject { try fields.put("subject", subject) }
        try fields.omittingEmpty("annotations", annotations)
    }
}

/// A list of manifests, by platform (OCI image-spec, image-index.md; Docker's manifest list is the same).
public struct Index: Hashable, Sendable {
    /// Always 2.
    public var schemaVersion: Int
    /// OCI's index or Docker's manifest list type; OCI allows it to be absent.
    public var mediaType: String?
    /// The type of an artifact that is no image.
    public var artifactType: String?
    /// The manifests, or further indexes.
    public var manifests: [Descriptor]
    /// The manifest this one says something about.
    public var subject: Descriptor?
    /// Free key-value data.
    public var annotations: [String: String]?

    /// An index.
    public init(
        mediaType: String? = MediaType.ociIndex, artifactType: String? = nil, manifests: [Descriptor],
        subject: Descriptor? = nil, annotations: [String: String]? = nil
    ) {
        self.schemaVersion = 2
        self.mediaType = mediaType
        self.artifactType = artifactType
        self.manifests = manifests
        self.subject = subject
        self.annotations = annotations
    }

    /// The image for a platform: the best match, the first of equals. Attestations are passed over.
    ///
    /// A single entry without a platform is taken whatever the platform, as layouts written for one image have it.
    ///
    /// - Throws: ``OCIError/noMatchingPlatform(wanted:available:)``.
    public func manifest(for platform: Platform) throws(OCIError) -> Descriptor {
        let images = manifests.filter { !$0.isAttestation }
        var best: (rank: Int, descriptor: Descriptor)?
        for descriptor in images {
            guard let offered = descriptor.platform, let rank = platform.rank(of: offered) else { continue }
            if best.map({ rank < $0.rank }) ?? true { best = (rank, descriptor) }
        }
        if let best { return best.descriptor }
        let unlabelled = images.filter { $0.platform == nil }
        if unlabelled.count == 1, images.count == 1 { return unlabelled[0] }
        throw .noMatchingPlatform(
            wanted: platform.description, available: images.map { $0.platform?.description ?? "unknown" })
    }
}

extension Index: Codable {
    /// Reads an index.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        schemaVersion = try fields.optional("schemaVersion") ?? 2
        mediaType = try fields.optional("mediaType")
        artifactType = try fields.optional("artifactType")
        manifests = try fields.optional("manifests") ?? []
        subject = try fields.optional("subject")
        annotations = try fields.optional("annotations")
    }

    /// Writes an index without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.put("schemaVersion", schemaVersion)
        try fields.omittingEmpty("mediaType", mediaType)
        try fields.omittingEmpty("artifactType", artifactType)
        try fields.put("manifests", manifests)
        if let subject { try fields.put("subject", subject) }
        try fields.omittingEmpty("annotations", annotations)
    }
}
