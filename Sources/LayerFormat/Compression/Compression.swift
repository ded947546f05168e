import OCI

/// How a layer is compressed. Equal input gives equal bytes, on every machine and with any number of threads.
public enum Compression: Hashable, Sendable {
    /// Plain tar.
    case none
    /// gzip by libdeflate, level 1 to 12: members of 1 MiB each, one after the other, which is still one gzip file
    /// (RFC 1952, section 2.2).
    case gzip(level: Int)
    /// zstd, level 1 to 19: frames of 2 MiB each (RFC 8878, section 3).
    case zstd(level: Int)

    /// What layers get unless told otherwise.
    public static let `default` = Compression.gzip(level: 6)

    /// OCI's media type of a layer compressed so.
    public var layerMediaType: String {
        switch self {
        case .none: MediaType.ociLayerTar
        case .gzip: MediaType.ociLayerGzip
        case .zstd: MediaType.ociLayerZstd
        }
    }

    /// How many bytes of tar go into one member or frame. Changing it changes every digest.
    var chunkSize: Int {
        switch self {
        case .none, .gzip: 1 << 20
        case .zstd: 2 << 20
        }
    }
}

/// What compressed data says it is.
public enum CompressionFormat: String, Hashable, Sendable {
    /// Not compressed in a way we know.
    case none
    /// gzip.
    case gzip
    /// zstd.
    case zstd
    /// bzip2.
    case bzip2
    /// xz.
    case xz

    /// How many bytes ``detect(_:)`` wants to see.
    public static let prefixLength = 6

    /// Looks at the first bytes.
    public static func detect(_ prefix: some Collection<UInt8>) -> CompressionFormat {
        if prefix.starts(with: [0x1F, 0x8B]) { return .gzip }
        if prefix.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        // Zstd's skippable frames may come first.
        if prefix.count >= 4, prefix.dropFirst().starts(with: [0x2A, 0x4D, 0x18]),
            prefix.first.map({ $0 & 0xF0 }) == 0x50
        {
            return .zstd
        }
        if prefix.starts(with: [0x42, 0x5A, 0x68]) { return .bzip2 }
        if prefix.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
        return .none
    }
}
