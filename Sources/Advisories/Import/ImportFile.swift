import CArchive
import Glibc

/// A file that is imported: plain or compressed, or an archive with several files in it.
///
/// libarchive tells the forms apart by their content. Everything is streamed; what is inflated is counted, so that a bomb
/// ends with an error.
struct ImportFile {
    let path: String

    /// Nothing that is honestly published is larger.
    static let totalLimit: Int64 = 64 << 30

    /// A file in it.
    final class Entry {
        /// For messages: the file's path, and its name in the archive.
        let name: String
        /// When it was last changed, in seconds since 1970; nil when the archive does not say.
        let modified: Int64?
        private let archive: OpaquePointer
        private let path: String
        private let count: (Int64) throws(AdvisoriesError) -> Void

        fileprivate init(
            name: String, modified: Int64?, archive: OpaquePointer, path: String,
            count: @escaping (Int64) throws(AdvisoriesError) -> Void
        ) {
            self.name = name
            self.modified = modified
            self.archive = archive
            self.path = path
            self.count = count
        }

        /// The next bytes; empty at the end.
        func read() throws(AdvisoriesError) -> [UInt8] {
            var failure: AdvisoriesError?
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 17) { buffer, length in
                let size = archive_read_data(archive, buffer.baseAddress, buffer.count)
                if size < 0 {
                    failure = .damagedArchive(path: path, reason: ImportFile.message(archive))
                } else {
                    length = size
                }
            }
            if let failure { throw failure }
            try count(Int64(bytes.count))
            return bytes
        }
    }

    /// Calls `body` for each file in it.
    func forEachEntry(_ body: (Entry) throws(AdvisoriesError) -> Void) throws(AdvisoriesError) {
        guard let archive = archive_read_new() else { throw .system(operation: "read", path: path, errno: ENOMEM) }
        defer { archive_read_free(archive) }
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_xz(archive)
        archive_read_support_filter_bzip2(archive)
        archive_read_support_filter_zstd(archive)
        archive_read_support_format_tar(archive)
        archive_read_support_format_zip(archive)
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        // Not waiting: a pipe is no file, and nobody may ever write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .system(operation: "read", path: path, errno: EINVAL)
        }
        guard archive_read_open_fd(archive, descriptor, 1 << 17) == ARCHIVE_OK else {
            throw .damagedArchive(path: path, reason: Self.message(archive))
        }
        var total: Int64 = 0
        var entries = 0
        while true {
            var entry: OpaquePointer?
            let result = archive_read_next_header(archive, &entry)
            if result == ARCHIVE_EOF { return }
            guard result >= ARCHIVE_WARN, let entry else {
                throw .damagedArchive(path: path, reason: Self.message(archive))
            }
            entries += 1
            guard entries <= 10_000_000 else { throw .damagedArchive(path: path, reason: "it has too many entries") }
            guard archive_entry_filetype(entry) == S_IFREG else { continue }
            let isPlain = archive_format(archive) == ARCHIVE_FORMAT_RAW
            let name = isPlain ? path : path + "/" + Self.name(of: entry)
            let modified = isPlain ? Int64(status.st_mtim.tv_sec) : Self.time(of: entry)
            try body(
                Entry(name: name, modified: modified, archive: archive, path: path) { (size) throws(AdvisoriesError) in
                    total += size
                    guard total <= Self.totalLimit else { throw .tooLarge(path: path, limit: Self.totalLimit) }
                })
        }
    }

    private static func name(of entry: OpaquePointer) -> String {
        guard let name = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else { return "?" }
        return String(cString: name)
    }

    private static func time(of entry: OpaquePointer) -> Int64? {
        archive_entry_mtime_is_set(entry) != 0 ? Int64(archive_entry_mtime(entry)) : nil
    }

    fileprivate static func message(_ archive: OpaquePointer) -> String {
        guard let text = archive_error_string(archive) else { return "it cannot be read" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
