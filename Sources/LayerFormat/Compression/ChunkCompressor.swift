import CDeflate
import CZstd

/// Compresses chunks, each on its own. One thread at a time may use it.
final class ChunkCompressor {
    private enum Engine {
        case copy
        case deflate(OpaquePointer)
        case zstd(OpaquePointer, level: Int32)
    }
    private let engine: Engine

    init(_ compression: Compression) throws(LayerFormatError) {
        switch compression {
        case .none:
            engine = .copy
        case .gzip(let level):
            guard let compressor = libdeflate_alloc_compressor(Int32(max(0, min(12, level)))) else {
                throw .compressionFailed(format: "gzip", reason: "no memory")
            }
            engine = .deflate(compressor)
        case .zstd(let level):
            guard let context = ZSTD_createCCtx() else {
                throw .compressionFailed(format: "zstd", reason: "no memory")
            }
            engine = .zstd(context, level: Int32(max(1, min(19, level))))
        }
    }

    deinit {
        switch engine {
        case .copy: break
        case .deflate(let compressor): libdeflate_free_compressor(compressor)
        case .zstd(let context, _): ZSTD_freeCCtx(context)
        }
    }

    /// The most bytes that a chunk of `count` bytes can become.
    static func bound(_ compression: Compression, _ count: Int) -> Int {
        switch compression {
        case .none: 0
        case .gzip: libdeflate_gzip_compress_bound(nil, count)
        case .zstd: ZSTD_compressBound(count)
        }
    }

    /// Compresses a chunk.
    ///
    /// - Returns: the compressed bytes, in `output`; for no compression the input itself.
    func compress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(LayerFormatError) -> UnsafeRawBufferPointer {
        let count: Int
        switch engine {
        case .copy:
            return input
        case .deflate(let compressor):
            count = libdeflate_gzip_compress(
                compressor, input.baseAddress, input.count, output.baseAddress, output.count)
            guard count > 0 else { throw .compressionFailed(format: "gzip", reason: "the buffer is too small") }
        case .zstd(let context, let level):
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
            count = ZSTD_compress2(context, output.baseAddress, output.count, input.baseAddress, input.count)
            guard ZSTD_isError(count) == 0 else {
                throw .compressionFailed(format: "zstd", reason: String(cString: ZSTD_getErrorName(count)))
            }
        }
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<count])
    }
}
