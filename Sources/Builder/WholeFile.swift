import Glibc

/// Small files read and written in one go.
enum WholeFile {
    /// The file's bytes; larger files than `limit` are refused.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("read", path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 { if errno == EINTR { continue } else { throw failure("read", path) } }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit { throw BuildError.options("\(path) is larger than \(limit) bytes") }
        }
    }

    /// Writes a new file with exactly these permission bits.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("create", path) }
        defer { close(file) }
        guard writeAll(bytes, to: file) else { throw failure("write", path) }
        guard fchmod(file, mode) == 0 else { throw failure("set the mode of", path) }
    }

    /// Writes all the bytes to an open file; false leaves the reason in `errno`.
    static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: offset), $0.count - offset)
            }
            if count < 0 { if errno == EINTR { continue } else { return false } }
            offset += count
        }
        return true
    }

    /// Copies a file's bytes.
    static func copy(_ source: String, to path: String, mode: mode_t) throws {
        try write(try read(source, limit: 1 << 30), to: path, mode: mode)
    }

    private static func failure(_ operation: String, _ path: String) -> BuildError {
        let text = String(cString: strerror(errno))
        return .options("cannot \(operation) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
    }
}
