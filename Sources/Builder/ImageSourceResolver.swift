import BuildGraph
import LayerFormat
import OCI
import Registry
import Store
import Synchronization

/// A base image whose manifest and configuration are known; its layers are fetched only when somebody reads them.
struct ResolvedImage: Sendable {
    var manifest: Manifest
    var manifestDescriptor: Descriptor
    var config: ImageConfig
    var origin: BlobOrigin
    /// What the name points at: the manifest, or the index around it.
    var rootDigest: Digest
    /// The image's own name; nil in a layout without names.
    var reference: Reference?

    /// The layers, bottom first, with their diffIDs.
    var layers: [ImageLayer] {
        zip(manifest.layers, config.diffIDs).map { ImageLayer(descriptor: $0, diffID: $1, origin: origin) }
    }
}

/// A layer of a base image.
struct ImageLayer: Hashable, Sendable {
    var descriptor: Descriptor
    var diffID: Digest
    var origin: BlobOrigin
}

/// Where blobs that the store lacks can be had.
enum BlobOrigin: Hashable, Sendable {
    case store
    case registry(Reference)
    case layout(directory: String)
}
