/// Media types of images (OCI image-spec, media-types.md) and of Docker's schema 2, which mean the same.
public enum MediaType {
    /// An OCI image manifest.
    public static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    /// An OCI image index.
    public static let ociIndex = "application/vnd.oci.image.index.v1+json"
    /// An OCI image configuration.
    public static let ociConfig = "application/vnd.oci.image.config.v1+json"
    /// A layer, plain tar.
    public static let ociLayerTar = "application/vnd.oci.image.layer.v1.tar"
    /// A layer, tar with gzip.
    public static let ociLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    /// A layer, tar with zstd.
    public static let ociLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"
    /// The empty descriptor's type (`{}`), for artifacts without a configuration.
    public static let ociEmpty = "application/vnd.oci.empty.v1+json"
    /// Docker's image manifest, schema 2.
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    /// Docker's manifest list.
    public static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"
    /// Docker's image configuration.
    public static let dockerConfig = "application/vnd.docker.container.image.v1+json"
    /// Docker's layer, plain tar.
    public static let dockerLayerTar = "application/vnd.docker.image.rootfs.diff.tar"
    /// Docker's layer, tar with gzip.
    public static let dockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    /// Docker's layer, tar with zstd (written by some tools, in no specification).
    public static let dockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd"
    /// Docker's layer that must not be uploaded.
    public static let dockerForeignLayerGzip = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    /// An in-toto statement (attestations).
    public static let inToto = "application/vnd.in-toto+json"

    /// What a client says it accepts when it asks for a manifest.
    public static let acceptedManifests = [ociManifest, ociIndex, dockerManifest, dockerManifestList]

    /// Is it a list of manifests?
    public static func isIndex(_ type: String) -> Bool {
        type == ociIndex || type == dockerManifestList
    }

    /// Is it the manifest of one image?
    public static func isManifest(_ type: String) -> Bool {
        type == ociManifest || type == dockerManifest
    }

    /// Is it an image configuration?
    public static func isConfig(_ type: String) -> Bool {
        type == ociConfig || type == dockerConfig
    }

    /// Is it a file system layer, of whatever compression?
    public static func isLayer(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.oci.image.layer.") || type.hasPrefix("application/vnd.docker.image.rootfs.")
    }

    /// Is it a layer whose licence forbids to upload it?
    public static func isForeign(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
            || type.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
    }

    /// The compression a layer's media type promises.
    public enum LayerCompression: String, Sendable {
        /// Plain tar.
        case none
        /// gzip.
        case gzip
        /// zstd.
        case zstd
    }

    /// The compression of a layer media type; nil when it is no layer or one we do not know.
    public static func compression(of type: String) -> LayerCompression? {
        guard isLayer(type) else { return nil }
        if type.hasSuffix("gzip") { return .gzip }
        if type.hasSuffix("zstd") { return .zstd }
        return type.hasSuffix("tar") ? LayerCompression.none : nil
    }

    /// The same kind of thing in OCI's name for it; types without an OCI counterpart stay.
    public static func ociEquivalent(of type: String) -> String {
        switch type {
        case dockerManifest: ociManifest
        case dockerManifestList: ociIndex
        case dockerConfig: ociConfig
        case dockerLayerTar: ociLayerTar
        case dockerLayerGzip: ociLayerGzip
        case dockerLayerZstd: ociLayerZstd
        default: type
        }
    }

    /// The same kind of thing in Docker's name for it; types without a Docker counterpart stay.
    public static func dockerEquivalent(of type: String) -> String {
        switch type {
        case ociManifest: dockerManifest
        case ociIndex: dockerManifestList
        case ociConfig: dockerConfig
        case ociLayerTar: dockerLayerTar
        case ociLayerGzip: dockerLayerGzip
        case ociLayerZstd: dockerLayerZstd
        default: type
        }
    }
}
