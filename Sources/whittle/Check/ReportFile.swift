import Glibc
import OCI

/// Writes files that appear whole or not at all.
enum ReportFile {
    /// Writes a new file, or replaces one. A device or pipe is written to, never replaced.
    static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path, mode: nil)
    }

    /// Replaces the contents of a file; its permissions stay. Of a symbolic link the file behind it is replaced.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        var status = stat()
        guard stat(path, &status) == 0, let resolved = realpath(path, nil) else {
            throw OCIError.system(operation: "write", path: path, errno: errno)
        }
        defer { free(resolved) }
        try write(bytes, to: String(cString: resolved), mode: status.st_mode & 0o7777)
    }

    private static func write(_ bytes: [UInt8], to path: String, mode: mode_t?) throws {
        let file = try AtomicFile(path: path, mode: mode ?? 0o644)
        // The umask must not take anything from what was there.
        if let mode, fchmod(file.descriptor, mode) != 0 {
            throw OCIError.system(operation: "write", path: path, errno: errno)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw OCIError.system(operation: "write", path: path, errno: errno)
            }
            rest = rest.dropFirst(count)
        }
        try file.commit()
    }
}
