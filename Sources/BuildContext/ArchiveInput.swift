import CArchive
import Glibc

/// A tar archive, compressed or not, read from a descriptor that need not be seekable.
///
/// The bytes already taken from the descriptor to find out what it is are read first.
final class ArchiveInput {
    private let archive: OpaquePointer
    private let source: Source
    private let name: String
    private let oldLocale: locale_t?
    private let locale: locale_t?

    /// What libarchive's callback reads from.
    private final class Source {
        let descriptor: Int32
        var prefix: [UInt8]
        var buffer: UnsafeMutableRawBufferPointer
        var failure: Int32 = 0

        init(descriptor: Int32, prefix: [UInt8]) {
            self.descriptor = descriptor
            self.prefix = prefix
            buffer = .allocate(byteCount: max(256 << 10, prefix.count), alignment: 16)
        }

        deinit {
            buffer.deallocate()
        }

        func read() -> Int {
            if !prefix.isEmpty {
                buffer.copyBytes(from: prefix)
                defer { prefix = [] }
                return prefix.count
            }
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count >= 0 { return count }
                if errno == EINTR { continue }
                failure = errno
                return -1
            }
        }
    }

    /// Opens an archive.
    ///
    /// - Parameters:
    ///   - descriptor: where to read; stays open and belongs to the caller.
    ///   - prefix: bytes that were read from it before.
    ///   - name: what to call the archive in errors.
    init(descriptor: Int32, prefix: [UInt8], name: String) throws(BuildContextError) {
        guard let archive = archive_read_new() else { throw .damagedArchive(name: name, reason: "out of memory") }
        self.archive = archive
        self.name = name
        source = Source(descriptor: descriptor, prefix: prefix)
        // Names in pax headers are UTF-8; in the C locale libarchive would refuse to hand them out.
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        oldLocale = locale.map { uselocale($0) } ?? nil
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_bzip2(archive)
        archive_read_support_filter_xz(archive)
        archive_read_support_filter_zstd(archive)
        archive_read_support_format_tar(archive)
        archive_read_support_format_gnutar(archive)
        let status = archive_read_open(
            archive, Unmanaged.passUnretained(source).toOpaque(), nil,
            { _, context, block in
                // The source lives as long as the archive that calls back.
                guard let context else { return -1 }
                let source = Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
                let count = source.read()
                block?.pointee = UnsafeRawPointer(source.buffer.baseAddress)
                return count
            }, nil)
        try check(status)
    }

    deinit {
        archive_read_free(archive)
        if let locale {
            uselocale(oldLocale)
            freelocale(locale)
        }
    }

    /// The next entry; nil at the end. It is valid until the next call.
    func next() throws(BuildContextError) -> OpaquePointer? {
        var entry: OpaquePointer?
        let status = archive_read_next_header(archive, &entry)
        if status == ARCHIVE_EOF { return nil }
        try check(status)
        return entry
    }

    /// Writes the current entry's data into a file at the offsets where it belongs, so that holes stay holes.
    func copyData(to descriptor: Int32, path: PathBytes) throws(BuildContextError) {
        while true {
            var block: UnsafeRawPointer?
            var size = 0
            var offset: la_int64_t = 0
            let status = archive_read_data_block(archive, &block, &size, &offset)
            if status == ARCHIVE_EOF { return }
            try check(status)
            var written = 0
            while written < size {
                let count = pwrite(
                    descriptor, block.map { $0 + written }, size - written, off_t(offset) + off_t(written))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw .unwritable(path: path.displayName, code: errno)
                }
                written += count
            }
        }
    }

    private func check(_ status: Int32) throws(BuildContextError) {
        // A warning is about an entry that was read all the same.
        if status >= ARCHIVE_WARN { return }
        if source.failure != 0 { throw .unreadable(path: name, code: source.failure) }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
        throw .damagedArchive(name: name, reason: reason.prefix(1).lowercased() + reason.dropFirst())
    }
}
