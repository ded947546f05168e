import CArchive
import OCI

/// Decompresses bzip2 and xz through libarchive, which also has a reader for what is inside that is not used here.
final class ArchiveFilterSource: ByteSource {
    /// What libarchive's callbacks get; it lives as long as the archive.
    private final class Input {
        let source: any ByteSource
        var failure: (any Error)?
        init(_ source: any ByteSource) { self.source = source }
    }

    private let archive: OpaquePointer
    private let input: Input
    private let format: CompressionFormat
    private var pending = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false

    init(_ source: any ByteSource, format: CompressionFormat) throws {
        guard let archive = archive_read_new() else {
            throw LayerFormatError.malformedArchive(reason: "no memory")
        }
        self.archive = archive
        self.input = Input(source)
        self.format = format
        switch format {
        case .bzip2: archive_read_support_filter_bzip2(archive)
        case .xz: archive_read_support_filter_xz(archive)
        case .none, .gzip, .zstd: break
        }
        archive_read_support_format_raw(archive)
        let opened = archive_read_open(
            archive, Unmanaged.passUnretained(input).toOpaque(), nil,
            { _, context, buffer in
                // Both pointers are the ones given below and by libarchive; the source's span lives until the next call.
                guard let context, let buffer else { return -1 }
                let input = Unmanaged<Input>.fromOpaque(context).takeUnretainedValue()
                do {
                    let span = try input.source.read(upTo: 256 << 10)
                    buffer.pointee = span.baseAddress
                    return span.count
                } catch {
                    input.failure = error
                    return -1
                }
            }, nil)
        guard opened == ARCHIVE_OK else { throw failure() }
        var entry: OpaquePointer?
        guard archive_read_next_header(archive, &entry) == ARCHIVE_OK else { throw failure() }
    }

    deinit {
        archive_read_free(archive)
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        while pending.isEmpty, !isAtEnd {
            var block: UnsafeRawPointer?
            var count = 0
            var offset: la_int64_t = 0
            switch archive_read_data_block(archive, &block, &count, &offset) {
            case ARCHIVE_OK: pending = UnsafeRawBufferPointer(start: block, count: count)
            case ARCHIVE_EOF: isAtEnd = true
            default: throw failure()
            }
        }
        let span = pending.prefix(limit)
        pending = UnsafeRawBufferPointer(rebasing: pending.dropFirst(span.count))
        return UnsafeRawBufferPointer(rebasing: span)
    }

    private func failure() -> any Error {
        if let failure = input.failure { return failure }
        let reason = archive_error_string(archive).map { String(cString: $0).lowercased() } ?? "it is cut off"
        return LayerFormatError.corruptCompression(format: format.rawValue, reason: reason)
    }
}
