import Glibc
import OCI

/// Where a command's result goes: a file, which appears whole or not at all, or standard output.
struct ResultFile {
    /// The file; nil or `-` for standard output.
    var path: String?

    /// Hands out a sink for the result.
    func write(_ body: (any ByteSink) throws -> Void) throws {
        if let path, path != "-" {
            let file = try AtomicFile(path: path)
            try body(FileSink(descriptor: file.descriptor, path: path))
            try file.commit()
            return
        }
        do {
            try body(FileSink(descriptor: STDOUT_FILENO, path: "standard output"))
        } catch OCIError.system(_, _, EPIPE) {
            // Nobody reads on.
        }
    }

    /// Writes text.
    func write(_ text: String) throws { try write { try $0.write(Array(text.utf8)) } }
}
