import Glibc
import OCI

/// A layer that has been written to a file.
public struct WrittenLayer: Hashable, Sendable {
    /// The digest of the tar: the layer's identity in an image configuration.
    public let diffID: Digest
    /// The digest of the file: the layer's identity in a manifest.
    public let digest: Digest
    /// The length of the file in bytes.
    public let size: Int64
    /// The length of the tar in bytes.
    public let uncompressedSize: Int64
    /// How many members the tar has.
    public let entryCount: Int
    /// OCI's media type for it.
    public let mediaType: String

    /// The layer as a manifest lists it.
    public var descriptor: Descriptor { Descriptor(mediaType: mediaType, digest: digest, size: size) }
}

/// Writes a layer in one pass: the tar is hashed, compressed in parallel, hashed again and written as it comes.
///
/// One thread at a time may use it. What it wrote is complete after ``finish()`` only.
public final class LayerWriter {
    private let pipeline: CompressionPipeline
    private var tar: TarWriter
    private let compression: Compression
    private var entryCount = 0

    /// Writes at the offset of `descriptor`, which its owner closes.
    ///
    /// - Parameters:
    ///   - path: names the file in errors.
    ///   - threads: how many compress; the bytes are the same for any number.
    public convenience init(
        descriptor: Int32, path: String, compression: Compression = .default, threads: Int? = nil
    ) {
        self.init(
            to: FileSink(descriptor: descriptor, path: path), compression: compression, threads: threads)
    }

    /// Writes to a sink, which is called by one thread at a time, but not by the caller's.
    public init(to sink: any ByteSink & Sendable, compression: Compression = .default, threads: Int? = nil) {
        self.compression = compression
        pipeline = CompressionPipeline(to: sink, compression: compression, threads: threads)
        tar = TarWriter(pipeline)
    }

    /// Adds a member with content from memory, or without any.
    public func add(_ entry: TarEntry, content: [UInt8] = []) throws {
        try tar.add(entry, content: content)
        entryCount += 1
    }

    /// Adds a file with `entry.size` bytes of a file from its start on.
    ///
    /// - Throws: ``LayerFormatError/fileChanged(path:)`` when there are fewer.
    public func add(_ entry: TarEntry, contentOf descriptor: Int32, path: @autoclosure () -> String) throws {
        try tar.begin(entry)
        entryCount += 1
        var offset: Int64 = 0
        while offset < entry.size {
            // Straight into the chunk: the content of a layer is copied once, by the kernel.
            let room = try pipeline.room()
            let wanted = Int(min(Int64(room.count), entry.size - offset))
            let count = pread(descriptor, room.baseAddress, wanted, off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw LayerFormatError.system(operation: "read", path: path(), errno: errno)
            }
            guard count > 0 else { throw LayerFormatError.fileChanged(path: path()) }
            try pipeline.advance(count)
            try tar.wrote(Int64(count))
            offset += Int64(count)
        }
    }

    /// Ends the layer.
    public func finish() throws -> WrittenLayer {
        try tar.finish()
        let (plain, packed, size) = try pipeline.finish()
        return WrittenLayer(
            diffID: plain, digest: packed, size: size, uncompressedSize: pipeline.plainSize, entryCount: entryCount,
            mediaType: compression.layerMediaType)
    }
}
