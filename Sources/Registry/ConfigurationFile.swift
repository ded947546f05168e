import OCI

#if canImport(Glibc)
    import Glibc
#endif

/// Reading and replacing configuration and credential files whole.
enum ConfigurationFile {
    /// Why a file could not be read or written.
    struct Failure: Error {
        let reason: String
    }

    /// No such file is larger.
    private static let limit = 4 << 20

    /// The bytes of the file at `path`; nil if there is none.
    static func read(_ path: String) throws(Failure) -> [UInt8]? {
        do { return try SmallFile.read(path, limit: limit) } catch {
            if error.isMissing { return nil }
            throw Failure(reason: error.description)
        }
    }

    /// Replaces the file at `path`, readable by its owner only; makes its directory (mode 0700) if need be. The file is
    /// whole at any moment: written beside, synchronised, renamed. A symbolic link stays one: the file it leads to is
    /// replaced.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        let target = resolved(path)
        // REGISTRY_AUTH_FILE=/dev/null is how people say "no credentials": a rename would put a file in the device's
        // place.
        var status = stat()
        if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw Failure(reason: "not a regular file")
        }
        let directory = parent(of: target)
        try makeDirectory(directory)
        var template = Array("\(directory)/.whittle-XXXXXX".utf8CString)
        // mkstemp makes the file with mode 0600.
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Failure(reason: "\(directory): \(ConnectionFailure.text(ofErrno: errno))") }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var failure: Int32 = 0
        var written = 0
        while written < bytes.count, failure == 0 {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno != EINTR { failure = errno }
            written += max(count, 0)
        }
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == 0, rename(temporary, target) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw Failure(reason: ConnectionFailure.text(ofErrno: failure))
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func makeDirectory(_ path: String) throws(Failure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path != "/", path != "." else {
            throw Failure(reason: "\(path): \(ConnectionFailure.text(ofErrno: errno))")
        }
        try makeDirectory(parent(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Failure(reason: "\(path): \(ConnectionFailure.text(ofErrno: errno))")
        }
    }
}
