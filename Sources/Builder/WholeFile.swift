import Glibc
import OCI

/// Small files read and written in one go.
enum WholeFile {
    /// The file's bytes; larger files than `limit` are refused.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        do { return try SmallFile.read(path, limit: limit) } catch .system(let code) {
            errno = code
            throw failure("read", path)
        } catch {
            throw BuildError.options("\(path) is \(error)")
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

    /// Copies a file's bytes, of whatever length.
    static func copy(_ source: String, to path: String, mode: mode_t) throws {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw failure("read", source) }
        defer { close(from) }
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("create", path) }
        defer { close(file) }
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(from, &chunk, chunk.count)
            if count < 0 { if errno == EINTR { continue } else { throw failure("read", source) } }
            if count == 0 { break }
            guard writeAll(Array(chunk[..<count]), to: file) else { throw failure("write", path) }
        }
        guard fchmod(file, mode) == 0 else { throw failure("set the mode of", path) }
    }

    private static func failure(_ operation: String, _ path: String) -> BuildError {
        let text = String(cString: strerror(errno))
        return .options("cannot \(operation) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
    }
}
