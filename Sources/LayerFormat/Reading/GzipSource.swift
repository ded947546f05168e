import CDeflate
import CZlib
import OCI

/// Decompresses gzip, with any number of members one after the other.
///
/// libdeflate is several times as fast as zlib but wants a whole member in memory: it gets those that are small, as
/// our own layers' are; zlib gets the others.
final class GzipSource: ByteSource {
    /// Members that become no more than this can go to libdeflate.
    private static let smallMember = 1 << 20
    private static let windowSize = 2 << 20

    private let window: InputWindow
    private let output: UnsafeMutableRawBufferPointer
    private var pending = UnsafeRawBufferPointer(start: nil, count: 0)
    private var stream = z_stream()
    private var streamIsOpen = false
    private var isInsideMember = false
    private var membersAreSmall = true
    private var memberCount = 0
    /// Found behind bytes that were still good; thrown when those have been read.
    private var failure: LayerFormatError?
    private let decompressor: OpaquePointer?

    init(_ source: any ByteSource) {
        window = InputWindow(source, size: Self.windowSize)
        output = .allocate(byteCount: Self.smallMember, alignment: 64)
        decompressor = libdeflate_alloc_decompressor()
    }

    deinit {
        if streamIsOpen { inflateEnd(&stream) }
        if let decompressor { libdeflate_free_decompressor(decompressor) }
        output.deallocate()
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        while pending.isEmpty {
            if let failure { throw failure }
            let more = isInsideMember ? try inflateSome() : try startMember()
            if !more { return pending }
        }
        let span = pending.prefix(limit)
        pending = UnsafeRawBufferPointer(rebasing: pending.dropFirst(span.count))
        return UnsafeRawBufferPointer(rebasing: span)
    }

    private func corrupt(_ reason: String) -> LayerFormatError {
        .corruptCompression(format: "gzip", reason: reason)
    }

    /// - Returns: false at the end.
    private func startMember() throws -> Bool {
        try window.fill(2)
        if window.bytes.isEmpty {
            if memberCount == 0 { throw corrupt("it is empty") }
            return false
        }
        guard window.bytes.starts(with: [0x1F, 0x8B]) else {
            guard memberCount > 0 else { throw corrupt("it does not start as gzip does") }
            // Tapes and some downloads pad with zeros.
            while true {
                guard window.bytes.allSatisfy({ $0 == 0 }) else {
                    throw corrupt("something follows the compressed data")
                }
                window.consume(window.bytes.count)
                try window.fill(1)
                if window.bytes.isEmpty { return false }
            }
        }
        memberCount += 1
        if membersAreSmall, let decompressor {
            try window.fill(Self.smallMember + (64 << 10))
            var used = 0
            var made = 0
            let input = window.bytes
            let result = libdeflate_gzip_decompress_ex(
                decompressor, input.baseAddress, input.count, output.baseAddress, output.count, &used, &made)
            if result == LIBDEFLATE_SUCCESS {
                window.consume(used)
                pending = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<made])
                return true
            }
            // Too large, or damaged, which zlib will find at the right place.
            membersAreSmall = false
        }
        // 16 asks for a gzip header, 15 for the largest window there is.
        let result =
            streamIsOpen
            ? inflateReset(&stream)
            : inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else { throw corrupt("zlib reports \(result)") }
        streamIsOpen = true
        isInsideMember = true
        return true
    }

    private func inflateSome() throws -> Bool {
        if window.bytes.isEmpty { try window.fill(1) }
        let input = window.bytes
        if input.isEmpty { throw corrupt("it is cut off") }
        // zlib does not write to its input, it only lacks the const.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(output.count)
        let result = inflate(&stream, Z_NO_FLUSH)
        window.consume(input.count - Int(stream.avail_in))
        let made = output.count - Int(stream.avail_out)
        pending = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<made])
        switch result {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isInsideMember = false
        default: failure = corrupt(stream.msg.map { String(cString: $0) } ?? "zlib reports \(result)")
        }
        return true
    }
}
