import CZlib

/// Decompressing small things in memory.
enum Inflate {
    /// How the compressed data is wrapped.
    enum Wrapping: Int32 {
        /// zlib's header and checksum.
        case zlib = 15
        /// Nothing: a bare deflate stream, as in zip archives.
        case none = -15
    }

    /// The decompressed bytes.
    ///
    /// - Throws: ``InventoryError/tooLarge(what:limit:)`` when there are more than `limit`, `malformed` for damaged data.
    static func bytes(
        _ input: [UInt8], _ wrapping: Wrapping, limit: Int, what: String
    ) throws(InventoryError) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .malformed(what: what, reason: "no memory to decompress it")
        }
        defer { inflateEnd(&stream) }
        var input = input
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        // Only as long as this call lasts does zlib point into the two arrays.
        let status: Int32 = input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: source.count)
            while true {
                let status = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(clamping: target.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    output += target[..<(target.count - Int(stream.avail_out))]
                    return status
                }
                if status != Z_OK || output.count > limit { return status }
            }
        }
        guard output.count <= limit else { throw .tooLarge(what: what, limit: Int64(limit)) }
        guard status == Z_STREAM_END else { throw .malformed(what: what, reason: "its compressed data is damaged") }
        return output
    }
}
