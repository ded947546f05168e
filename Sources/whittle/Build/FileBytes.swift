import Glibc

/// Reading of small files named on the command line.
enum FileBytes {
    /// The file's bytes; errors name the file and say what it was meant to be.
    static func read(_ path: String, what: String, limit: Int = 16 << 20) throws(OptionError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path, what) }
        defer { close(file) }
        return try read(file, path: path, what: what, limit: limit)
    }

    /// Everything on standard input.
    static func readStandardInput(what: String, limit: Int = 16 << 20) throws(OptionError) -> [UInt8] {
        try read(STDIN_FILENO, path: "on standard input", what: what, limit: limit)
    }

    private static func read(
        _ file: Int32, path: String, what: String, limit: Int
    ) throws(OptionError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, what)
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit { throw OptionError("the \(what) \(path) is larger than \(limit) bytes") }
        }
    }

    private static func failure(_ path: String, _ what: String) -> OptionError {
        let text = String(cString: strerror(errno))
        return OptionError("cannot read the \(what) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
    }
}
