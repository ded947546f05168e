import OCI

/// An image of random files, the same for the same seed.
public struct RandomImage: Sendable {
    /// What it is made of.
    public struct Shape: Sendable {
        /// Layers.
        public var layers = 2
        /// Files in each layer.
        public var filesPerLayer = 3
        /// Size of each file, in bytes.
        public var fileSize = 1000
        /// Docker's media types rather than OCI's.
        public var isDocker = false
        /// The platform in the configuration.
        public var platform = Platform.host

        /// Two layers of three files of 1000 bytes.
        public init() {}
    }

    /// The layers as they are transferred (gzip).
    public let layers: [[UInt8]]
    /// The layers as tar.
    public let tars: [[UInt8]]
    /// The configuration's bytes.
    public let configBytes: [UInt8]
    /// The manifest.
    public let manifest: Manifest
    /// The manifest's bytes.
    public let manifestBytes: [UInt8]
    /// The platform of the image.
    public let platform: Platform

    /// The image of `seed`.
    public init(seed: UInt64, shape: Shape = .init()) throws {
        var generator = DeterministicGenerator(seed: seed)
        let tars = (0..<shape.layers).map { layer in
            PlainArchive.tar(
                (0..<shape.filesPerLayer).map { ("layer\(layer)-file\($0)", generator.bytes(shape.fileSize)) })
        }
        let layers = tars.map { PlainArchive.gzip($0) }
        var config = ImageConfig(platform: shape.platform)
        config.created = "1970-01-01T00:00:01Z"
        config.diffIDs = tars.map { Digest.sha256(of: $0) }
        config.history = (0..<shape.layers).map {
            History(created: "1970-01-01T00:00:01Z", createdBy: "random layer \($0)")
        }
        let configBytes = try CanonicalJSON.encode(config)
        let layerType = shape.isDocker ? MediaType.dockerLayerGzip : MediaType.ociLayerGzip
        manifest = Manifest(
            mediaType: shape.isDocker ? MediaType.dockerManifest : MediaType.ociManifest,
            config: Descriptor(
                mediaType: shape.isDocker ? MediaType.dockerConfig : MediaType.ociConfig, describing: configBytes),
            layers: layers.map { Descriptor(mediaType: layerType, describing: $0) })
        manifestBytes = try CanonicalJSON.encode(manifest)
        self.tars = tars
        self.layers = layers
        self.configBytes = configBytes
        platform = shape.platform
    }

    /// The manifest's media type.
    public var mediaType: String { manifest.mediaType ?? MediaType.ociManifest }

    /// The manifest's digest.
    public var digest: Digest { .sha256(of: manifestBytes) }

    /// Configuration and layers: everything but the manifest.
    public var blobs: [[UInt8]] { [configBytes] + layers }

    /// The manifest's descriptor, with the platform, as an index has it.
    public var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, describing: manifestBytes, platform: platform)
    }

    /// An index of several images.
    public static func index(of images: [RandomImage], isDocker: Bool = false) throws -> [UInt8] {
        try CanonicalJSON.encode(
            Index(
                mediaType: isDocker ? MediaType.dockerManifestList : MediaType.ociIndex,
                manifests: images.map(\.descriptor)))
    }
}
