import LayerFormat

/// One `--output`.
public struct ExportTarget: Sendable {
    /// What it does.
    public var kind: Kind
    /// `compression` and `compression-level`.
    public var compression: Compression = .default
    /// Recompress layers that came with another compression, base layers included.
    public var forcesCompression = false
    /// OCI media types rather than Docker's.
    public var ociMediaTypes = true
    /// `oci-mediatypes` was given.
    public var hasGivenMediaTypes = false
    /// Attestations are made for this output, when the build is asked for some.
    public var isAttested = true
    /// Set every time stamp in the layers to the epoch, base layers included.
    public var rewritesTimestamps = false
    /// `annotation.KEY`, `annotation-index.KEY`, …
    public var annotations: [Annotation] = []
    /// `name`, for this output only.
    public var names: [String] = []
    /// `push=true` of type image.
    public var pushes = false
    /// `attestation-prefix`: in front of the names of attestations' files, for outputs that are files.
    public var attestationPrefix = ""
    /// `oci-artifact`: attestations are OCI artifacts rather than images.
    public var attestsAsArtifact = true
    /// `registry.insecure=true`.
    public var allowsInsecureRegistry = false

    /// Where the result goes.
    public enum Kind: Hashable, Sendable {
        /// The local store.
        case image
        /// An OCI layout, as a tar file (`nil` is standard output) or a directory.
        case oci(destination: String?, asDirectory: Bool)
        /// A `docker save` archive; `nil` is standard output.
        case docker(destination: String?)
        /// The root file system as a directory.
        case local(destination: String)
        /// The root file system as one tar file; `nil` is standard output.
        case tar(destination: String?)
        /// A registry.
        case registry
    }

    /// Whether the result is files, not an image.
    public var isFiles: Bool {
        switch kind {
        case .local, .tar: true
        case .image, .oci, .docker, .registry: false
        }
    }

    /// Creates an output with the type's defaults.
    public init(kind: Kind) { self.kind = kind }
}
