import OCI

/// The bytes of `source`, decompressed by what its first bytes say (gzip, zstd, xz, bzip2); as they are when they say
/// nothing.
///
/// - Throws: ``LayerFormatError/corruptCompression(format:reason:)``, here or while reading, or what the source throws.
public func decompressing(_ source: any ByteSource) throws -> any ByteSource {
    let replay = ReplayingSource(source)
    switch CompressionFormat.detect(try replay.peek(CompressionFormat.prefixLength)) {
    case .none: return replay
    case .gzip: return GzipSource(replay)
    case .zstd: return try ZstdSource(replay)
    case .bzip2: return try ArchiveFilterSource(replay, format: .bzip2)
    case .xz: return try ArchiveFilterSource(replay, format: .xz)
    }
}

/// A source whose first bytes can be looked at before they are read.
private final class ReplayingSource: ByteSource {
    private let source: any ByteSource
    private var head: [UInt8] = []
    private var headIsRead = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)

    init(_ source: any ByteSource) {
        self.source = source
    }

    deinit {
        buffer.deallocate()
    }

    func peek(_ count: Int) throws -> [UInt8] {
        while head.count < count {
            let span = try source.read(upTo: count - head.count)
            if span.isEmpty { break }
            head.append(contentsOf: span)
        }
        return head
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        if head.isEmpty { return try source.read(upTo: limit) }
        let count = min(limit, head.count, buffer.count)
        buffer.copyBytes(from: head[..<count])
        head.removeFirst(count)
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
    }

    func skip(_ count: Int64) throws -> Int64 {
        let fromHead = min(count, Int64(head.count))
        head.removeFirst(Int(fromHead))
        return fromHead == count ? count : try fromHead + source.skip(count - fromHead)
    }
}
