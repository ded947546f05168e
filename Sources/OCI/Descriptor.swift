/// What a document refers to: type, digest and size of some content (OCI image-spec, descriptor.md).
public struct Descriptor: Hashable, Sendable {
    /// The media type of the content.
    public var mediaType: String
    /// The digest of the content.
    public var digest: Digest
    /// The length of the content in bytes.
    public var size: Int64
    /// The platform of the image, in an index.
    public var platform: Platform?
    /// Free key-value data.
    public var annotations: [String: String]?
    /// Where the content can be had from besides the registry.
    public var urls: [String]?
    /// The content itself in base64, when it was embedded.
    public var data: String?
    /// The type of the artifact the descriptor points at.
    public var artifactType: String?

    /// A descriptor; only type, digest and size are required.
    public init(
        mediaType: String, digest: Digest, size: Int64, platform: Platform? = nil, annotations: [String: String]? = nil,
        urls: [String]? = nil, data: String? = nil, artifactType: String? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
        self.annotations = annotations
        self.urls = urls
        self.data = data
        self.artifactType = artifactType
    }

    /// Describes bytes in memory.
    public init(mediaType: String, describing bytes: [UInt8], platform: Platform? = nil) {
        self.init(mediaType: mediaType, digest: .sha256(of: bytes), size: Int64(bytes.count), platform: platform)
    }

    /// Is this a manifest that says something about another one of the index (provenance, SBOM) rather than an image?
    public var isAttestation: Bool {
        annotations?["vnd.docker.reference.type"] != nil
    }

    /// Checks that `bytes` are what is described.
    ///
    /// - Throws: ``OCIError/sizeMismatch(what:expected:actual:)`` or ``OCIError/digestMismatch(what:expected:actual:)``.
    public func verify(_ bytes: [UInt8]) throws(OCIError) {
        guard Int64(bytes.count) == size else {
            throw .sizeMismatch(what: "blob \(digest)", expected: size, actual: Int64(bytes.count))
        }
        var digester = Digester(verifying: digest)
        digester.update(bytes)
        let actual = digester.finish()
        guard actual == digest else { throw .digestMismatch(what: "blob \(digest)", expected: digest, actual: actual) }
    }
}

extension Descriptor: Codable {
    /// Reads a descriptor.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        mediaType = try fields.optional("mediaType") ?? ""
        digest = try fields.decode(Digest.self, forKey: AnyKey("digest"))
        size = try fields.decode(Int64.self, forKey: AnyKey("size"))
        guard size >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: AnyKey("size"), in: fields, debugDescription: "a size is not negative")
        }
        platform = try fields.optional("platform")
        annotations = try fields.optional("annotations")
        urls = try fields.optional("urls")
        data = try fields.optional("data")
        artifactType = try fields.optional("artifactType")
    }

    /// Writes a descriptor without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.put("mediaType", mediaType)
        try fields.put("digest", digest)
        try fields.put("size", size)
        if let platform { try fields.put("platform", platform) }
        try fields.omittingEmpty("annotations", annotations)
        try fields.omittingEmpty("urls", urls)
        try fields.omittingEmpty("data", data)
        try fields.omittingEmpty("artifactType", artifactType)
    }
}
