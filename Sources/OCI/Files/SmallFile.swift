import Glibc

/// Reading files that are small when they are what they should be: into memory, up to a limit.
public enum SmallFile {
    /// Why a file was not read. The caller knows what the file was meant to be, and says so.
    public enum Failure: Error, Hashable, CustomStringConvertible {
        /// The system refused.
        case system(errno: Int32)
        /// There is more than the limit, in bytes.
        case tooLarge(limit: Int)

        /// The reason, lower-case.
        public var description: String {
            switch self {
            case .system(let code):
                let text = String(cString: strerror(code))
                return text.prefix(1).lowercased() + text.dropFirst()
            case .tooLarge(let limit): return "larger than \(limit) bytes"
            }
        }

        /// Whether there is no such file.
        public var isMissing: Bool { self == .system(errno: ENOENT) || self == .system(errno: ENOTDIR) }
    }

    /// The bytes of the file at a path. Symbolic links are followed.
    public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno: errno) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, limit: limit)
    }

    /// What is left to read of an open file, which stays open.
    public static func read(descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        // A byte more than a file has, so that the end shows; its size is only a hint, and that of a pipe says nothing.
        var status = stat()
        let size = fstat(descriptor, &status) == 0 && status.st_size > 0 ? min(Int(status.st_size), 64 << 10) : 64 << 10
        var chunk = [UInt8](repeating: 0, count: size + 1)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .system(errno: errno)
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        }
    }
}
