#if canImport(Glibc)
    import Glibc
#endif

/// A directory of its own for one test, removed with everything in it when the value goes.
public final class ScratchDirectory: Sendable {
    /// Its absolute path.
    public let path: String

    /// Makes one below `$TMPDIR` (else `/tmp`).
    public init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/whittle-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(path: parent, code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Runs `body` with a directory, which is gone afterwards.
    public static func run<Value>(_ body: (ScratchDirectory) async throws -> Value) async throws -> Value {
        let directory = try ScratchDirectory()
        let value = try await body(directory)
        withExtendedLifetime(directory) {}
        return value
    }

    /// A system call that failed while preparing a test.
    public struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        /// The path and the system's words.
        public var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    /// The path of `name` below it.
    public func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, with the directories above it.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws -> String {
        var parent = path
        for part in name.split(separator: "/" as Character).dropLast() {
            parent += "/" + part
            guard mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw Failure(path: parent, code: errno) }
        }
        let file = self.path(name)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(path: file, code: errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            guard count > 0 else { throw Failure(path: file, code: errno) }
            written += count
        }
        // The umask of whoever runs the tests does not matter.
        fchmod(descriptor, mode)
        return file
    }

    /// Writes a text file.
    @discardableResult
    public func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws -> String {
        try write(name, Array(text.utf8), mode: mode)
    }

    /// Reads a file.
    public func read(_ name: String) throws -> [UInt8] { try Self.read(path(name)) }

    static func read(_ file: String) throws -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: file, code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw Failure(path: file, code: errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Depth first, by file descriptors, without following links; names need not be UTF-8. Directories that may not be
    /// read are opened up.
    private static func remove(_ path: String) {
        chmod(path, 0o700)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { empty(descriptor) }
        rmdir(path)
    }

    /// Removes what is in the directory, and closes it.
    private static func empty(_ descriptor: Int32) {
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
            let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            guard strcmp(name, ".") != 0, strcmp(name, "..") != 0 else { continue }
            if unlinkat(descriptor, name, 0) == 0 { continue }
            fchmodat(descriptor, name, 0o700, 0)
            let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if child >= 0 { empty(child) }
            unlinkat(descriptor, name, AT_REMOVEDIR)
        }
    }
}
