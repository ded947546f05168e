import OCI

/// The sizes of an image.
public struct ImageSizes: Hashable, Sendable {
    /// A layer's sizes.
    public struct Layer: Hashable, Sendable, Encodable {
        /// The digest of its uncompressed tar.
        public let diffID: Digest
        /// The length of that tar in bytes.
        public let size: Int64
        /// The length of its blob in bytes.
        public let compressedSize: Int64

        /// A layer's sizes.
        public init(diffID: Digest, size: Int64, compressedSize: Int64) {
            self.diffID = diffID
            self.size = size
            self.compressedSize = compressedSize
        }
    }

    /// The layers, the lowest first.
    public let layers: [Layer]
    /// The sum of the layers' tars in bytes.
    public var size: Int64 { layers.reduce(0) { $0 + $1.size } }
    /// The sum of the layers' blobs in bytes.
    public var compressedSize: Int64 { layers.reduce(0) { $0 + $1.compressedSize } }

    /// The sizes of these layers.
    public init(layers: [Layer]) { self.layers = layers }
}
