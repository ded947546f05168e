import CZstd
import OCI

/// Decompresses zstd, with any number of frames one after the other.
final class ZstdSource: ByteSource {
    private let window: InputWindow
    private let output: UnsafeMutableRawBufferPointer
    private var pending = UnsafeRawBufferPointer(start: nil, count: 0)
    private let context: OpaquePointer
    private var isInsideFrame = false
    private var hasOutput = false

    init(_ source: any ByteSource) throws(LayerFormatError) {
        guard let context = ZSTD_createDCtx() else {
            throw .corruptCompression(format: "zstd", reason: "no memory")
        }
        // A frame may ask for up to 2 GiB of memory; honest layers stay below 128 MiB, zstd's own default limit is the same.
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
        self.context = context
        window = InputWindow(source, size: 256 << 10)
        output = .allocate(byteCount: 512 << 10, alignment: 64)
    }

    deinit {
        ZSTD_freeDCtx(context)
        output.deallocate()
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        while pending.isEmpty {
            if window.bytes.isEmpty { try window.fill(1) }
            // After a full output buffer the decoder may have more without more input.
            if window.bytes.isEmpty, !hasOutput {
                if isInsideFrame { throw LayerFormatError.corruptCompression(format: "zstd", reason: "it is cut off") }
                return pending
            }
            try decompressSome()
        }
        let span = pending.prefix(limit)
        pending = UnsafeRawBufferPointer(rebasing: pending.dropFirst(span.count))
        return UnsafeRawBufferPointer(rebasing: span)
    }

    private func decompressSome() throws {
        let bytes = window.bytes
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var result = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let hint = ZSTD_decompressStream(context, &result, &input)
        guard ZSTD_isError(hint) == 0 else {
            throw LayerFormatError.corruptCompression(
                format: "zstd", reason: String(cString: ZSTD_getErrorName(hint)).lowercased())
        }
        window.consume(input.pos)
        isInsideFrame = hint != 0
        hasOutput = result.pos == result.size && isInsideFrame
        pending = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<result.pos])
    }
}
