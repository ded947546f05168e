/// The configuration of an image (OCI image-spec, config.md, with Docker's additions).
///
/// Fields that we have no name for are kept in ``unknown`` and written back.
public struct ImageConfig: Hashable, Sendable {
    /// When the image was made, RFC 3339.
    public var created: String?
    /// Who made it.
    public var author: String?
    /// The processor architecture in Go's naming.
    public var architecture: String
    /// The operating system in Go's naming.
    public var os: String
    /// The version of the operating system (Windows).
    public var osVersion: String?
    /// Features the operating system must have.
    public var osFeatures: [String]?
    /// The variant of the architecture, e.g. `v7`.
    public var variant: String?
    /// How to run a container of the image.
    public var config: ContainerConfig
    /// The layers by the digests of their uncompressed tars, the lowest first.
    public var diffIDs: [Digest]
    /// What made each layer, in order, with the steps that made none.
    public var history: [History]
    /// Top-level fields without a name here.
    public var unknown: [String: JSONValue]

    /// An empty image for a platform.
    public init(platform: Platform) {
        self.architecture = platform.architecture
        self.os = platform.os
        self.osVersion = platform.osVersion
        self.osFeatures = platform.osFeatures
        self.variant = platform.variant
        self.config = ContainerConfig()
        self.diffIDs = []
        self.history = []
        self.unknown = [:]
    }

    /// The platform the image is for.
    public var platform: Platform {
        Platform(
            os: os, architecture: architecture, variant: variant.flatMap { $0.isEmpty ? nil : $0 },
            osVersion: osVersion, osFeatures: osFeatures)
    }

    /// The chain ID of the lowest `count` layers: names a stack of layers (OCI image-spec, config.md, "Layer ChainID").
    ///
    /// - Returns: nil for no layers.
    public func chainID(ofLowest count: Int) -> Digest? {
        var chain: Digest?
        for diffID in diffIDs.prefix(count) {
            chain = chain.map { Digest.sha256(of: Array("\($0) \(diffID)".utf8)) } ?? diffID
        }
        return chain
    }
}

/// One step in the making of an image.
public struct History: Hashable, Sendable {
    /// When, RFC 3339.
    public var created: String?
    /// The instruction.
    public var createdBy: String?
    /// Who.
    public var author: String?
    /// A remark; builders put their name here.
    public var comment: String?
    /// Did the step make no layer?
    public var emptyLayer: Bool

    /// A step.
    public init(
        created: String? = nil, createdBy: String? = nil, author: String? = nil, comment: String? = nil,
        emptyLayer: Bool = false
    ) {
        self.created = created
        self.createdBy = createdBy
        self.author = author
        self.comment = comment
        self.emptyLayer = emptyLayer
    }
}

extension ImageConfig: Codable {
    private static let known: Set<String> = [
        "created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs",
        "history",
    ]

    private struct RootFS: Codable {
        var type: String
        var diffIDs: [Digest]

        init(_ diffIDs: [Digest]) {
            type = "layers"
            self.diffIDs = diffIDs
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: AnyKey.self)
            type = try fields.optional("type") ?? "layers"
            diffIDs = try fields.optional("diff_ids") ?? []
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: AnyKey.self)
            try fields.put("type", type)
            try fields.put("diff_ids", diffIDs)
        }
    }

    /// Reads a configuration.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        created = try fields.optional("created")
        author = try fields.optional("author")
        architecture = try fields.optional("architecture") ?? ""
        os = try fields.optional("os") ?? ""
        osVersion = try fields.optional("os.version")
        osFeatures = try fields.optional("os.features")
        variant = try fields.optional("variant")
        config = try fields.optional("config") ?? ContainerConfig()
        diffIDs = try fields.optional("rootfs", as: RootFS.self)?.diffIDs ?? []
        history = try fields.optional("history") ?? []
        unknown = try fields.unknown(besides: Self.known)
    }

    /// Writes a configuration without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.putBack(unknown)
        try fields.omittingEmpty("created", created)
        try fields.omittingEmpty("author", author)
        try fields.put("architecture", architecture)
        try fields.put("os", os)
        try fields.omittingEmpty("os.version", osVersion)
        try fields.omittingEmpty("os.features", osFeatures)
        try fields.omittingEmpty("variant", variant)
        try fields.put("config", config)
        try fields.put("rootfs", RootFS(diffIDs))
        try fields.omittingEmpty("history", history)
    }
}

extension History: Codable {
    /// Reads a step.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyKey.self)
        created = try fields.optional("created")
        createdBy = try fields.optional("created_by")
        author = try fields.optional("author")
        comment = try fields.optional("comment")
        emptyLayer = try fields.optional("empty_layer") ?? false
    }

    /// Writes a step without its empty fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: AnyKey.self)
        try fields.omittingEmpty("created", created)
        try fields.omittingEmpty("created_by", createdBy)
        try fields.omittingEmpty("author", author)
        try fields.omittingEmpty("comment", comment)
        try fields.omittingFalse("empty_layer", emptyLayer)
    }
}
