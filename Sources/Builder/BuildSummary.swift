import OCI

/// What a finished build made, for the closing lines of its progress. Sizes are in bytes.
public struct BuildSummary: Sendable {
    /// A layer of the image.
    public struct Layer: Sendable {
        /// Size of the compressed blob.
        public var compressedSize: Int64
        /// Size of the tar; nil when the layer was never unpacked here.
        public var uncompressedSize: Int64?
        /// The step that made it in this build, such as `[2/4] RUN make`; nil when it was there before.
        public var madeBy: String?

        /// Creates a layer's account.
        public init(compressedSize: Int64, uncompressedSize: Int64?, madeBy: String?) {
            self.compressedSize = compressedSize
            self.uncompressedSize = uncompressedSize
            self.madeBy = madeBy
        }
    }

    /// The image of one platform.
    public struct Image: Sendable {
        /// `linux/amd64`.
        public var platform: Platform
        /// Bottom first.
        public var layers: [Layer]

        /// Creates an image's account.
        public init(platform: Platform, layers: [Layer]) {
            self.platform = platform
            self.layers = layers
        }
    }

    /// One per platform; empty when only files were exported.
    public var images: [Image]
    /// What the names point to.
    public var digest: Digest?
    /// The names given to the image, in their short form.
    public var names: [String]
    /// Where it went, in words: `local store`, `app.tar (OCI archive)`, `pushed to registry.example/app:1`.
    public var outputs: [String]

    /// Creates a summary.
    public init(images: [Image], digest: Digest?, names: [String], outputs: [String]) {
        self.images = images
        self.digest = digest
        self.names = names
        self.outputs = outputs
    }
}

extension BuildOutcome {
    /// The closing account of a build that had these options.
    public func summary(of options: BuildOptions) -> BuildSummary {
        let exports = options.exports.isEmpty ? [ExportTarget(kind: .image)] : options.exports
        return BuildSummary(
            images: images.map { BuildSummary.Image(platform: $0.platform, layers: $0.layers) },
            digest: descriptor?.digest, names: options.tags.map(\.familiar),
            outputs: exports.map { $0.destination(names: options.tags.map(\.familiar)) })
    }
}

extension ExportTarget {
    /// Where the result goes, in words.
    fileprivate func destination(names: [String]) -> String {
        let pushed = "pushed to " + (self.names.isEmpty ? names : self.names).joined(separator: ", ")
        return switch kind {
        case .image: pushes ? "local store, \(pushed)" : "local store"
        case .registry: pushed
        case .oci(let path, let asDirectory): "\(path ?? "standard output") (OCI \(asDirectory ? "layout" : "archive"))"
        case .docker(let path): "\(path ?? "standard output") (docker archive)"
        case .local(let path): "\(path) (files)"
        case .tar(let path): "\(path ?? "standard output") (tar)"
        }
    }
}
