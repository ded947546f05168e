import Glibc

/// A context that is ready to be walked.
public struct OpenedContext: Sendable {
    /// The directory with the context's files. For a lone Dockerfile it is empty.
    public let directory: String
    /// The Dockerfile, when that is all there is: on standard input, or behind the URL.
    public let dockerfile: [UInt8]?
    /// Whose files they count as: those of a directory belong to root in the image, those of an archive keep their owners.
    public let ownership: ContentHasher.Ownership
    /// The commit, when the context is a git tree.
    public let commit: GitSource.Checkout?
}

/// Makes contexts of all kinds available as directories.
public enum ContextSource {
    /// What to do with a git tree, and where standard input is.
    public struct Options: Sendable {
        /// Whether `.git` stays in a git context (`BUILDKIT_CONTEXT_KEEP_GIT_DIR`).
        public var keepsGitDirectory: Bool
        /// Whether the files of a git context get the time of the commit, as they do with `SOURCE_DATE_EPOCH`.
        public var usesCommitTimes: Bool
        /// The descriptor that `-` reads; it stays open.
        public var standardInput: Int32
        /// Secrets for what is fetched.
        public var credentials: SourceCredentials

        /// Creates options.
        public init(
            keepsGitDirectory: Bool = false, usesCommitTimes: Bool = false, standardInput: Int32 = 0,
            credentials: SourceCredentials = .none
        ) {
            self.credentials = credentials
            self.keepsGitDirectory = keepsGitDirectory
            self.usesCommitTimes = usesCommitTimes
            self.standardInput = standardInput
        }
    }

    /// The largest Dockerfile that is read from standard input or a URL, in bytes.
    public static let largestDockerfile = 16 << 20

    /// Opens a context. Directories are used where they are; everything else is unpacked, downloaded or checked out.
    ///
    /// Reading standard input and unpacking block the calling thread.
    ///
    /// - Parameters:
    ///   - spec: what to open.
    ///   - scratch: an existing empty directory of the caller, who removes it after the build.
    ///   - options: see ``Options``.
    /// - Throws: ``BuildContextError``, or `CancellationError`.
    public static func open(
        _ spec: ContextSpec, scratch: String, options: Options = Options()
    ) async throws -> OpenedContext {
        switch spec {
        case .directory(let path):
            // Opening says what is wrong with it, if anything.
            _ = try Descriptor.directory(path)
            return OpenedContext(directory: path, dockerfile: nil, ownership: .root, commit: nil)
        case .standardInput:
            return try open(options.standardInput, name: "standard input", mayBeDockerfile: true, scratch)
        case .archive(let path):
            let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw BuildContextError.unreadable(path: path, code: errno) }
            let descriptor = Descriptor(owning: file)
            return try open(descriptor.number, name: path, mayBeDockerfile: false, scratch)
        case .remote(let url):
            return try await open(url: url, options.credentials, unpacks: true, scratch)
        case .git(var reference):
            if options.usesCommitTimes && reference.modificationTimes == nil { reference.modificationTimes = .commit }
            let source = GitSource(
                reference, keepsGitDirectory: options.keepsGitDirectory, credentials: options.credentials)
            let checkout = try await source.checkOut(try await source.resolve(), into: scratch + "/context")
            return OpenedContext(
                directory: checkout.directory, dockerfile: nil, ownership: .root, commit: checkout)
        }
    }

    /// Opens a named context that is a directory, a URL or a git tree; nil for images, which are no trees of files yet.
    ///
    /// Behind a URL there is one file, which is not unpacked whatever it is, and becomes `context` in the directory.
    public static func open(
        named context: NamedContext, scratch: String, options: Options = Options()
    ) async throws -> OpenedContext? {
        switch context {
        case .directory(let path): return try await open(ContextSpec.directory(path: path), scratch: scratch)
        case .git(let reference): return try await open(ContextSpec.git(reference), scratch: scratch, options: options)
        case .remote(let url): return try await open(url: url, options.credentials, unpacks: false, scratch)
        case .image, .ociLayout: return nil
        }
    }

    private static func open(
        url: String, _ credentials: SourceCredentials, unpacks: Bool, _ scratch: String
    ) async throws -> OpenedContext {
        let files = scratch + "/context"
        try makeDirectory(files)
        let download = scratch + "/download"
        guard case .downloaded = try await RemoteFile.fetch(url, to: download, credentials: credentials)
        else {
            // Nothing was asked about, so nothing can be unchanged.
            throw BuildContextError.badStatus(url: RemoteURL.redacted(url), status: 304)
        }
        let file = Descriptor(owning: Glibc.open(download, O_RDONLY | O_CLOEXEC))
        let header = try read(file.number, name: download, upTo: ArchiveKind.headerLength)
        if unpacks && ArchiveKind.isArchive(header[...]) {
            let archive = try ArchiveInput(descriptor: file.number, prefix: header, name: RemoteURL.redacted(url))
            try ArchiveUnpacker.unpack(archive, into: files)
            unlink(download)
            return OpenedContext(directory: files, dockerfile: nil, ownership: .kept, commit: nil)
        }
        let text = try header + read(file.number, name: RemoteURL.redacted(url), upTo: largestDockerfile + 1)
        // The file itself is the context's only one.
        guard rename(download, files + "/context") == 0 else {
            throw BuildContextError.unwritable(path: files, code: errno)
        }
        let isDockerfile = unpacks && text.count <= largestDockerfile
        return OpenedContext(
            directory: files, dockerfile: isDockerfile ? text : nil, ownership: .root, commit: nil)
    }

    private static func open(
        _ descriptor: Int32, name: String, mayBeDockerfile: Bool, _ scratch: String
    ) throws(BuildContextError) -> OpenedContext {
        let header = try read(descriptor, name: name, upTo: ArchiveKind.headerLength)
        let files = scratch + "/context"
        if ArchiveKind.isArchive(header[...]) {
            try makeDirectory(files)
            let archive = try ArchiveInput(descriptor: descriptor, prefix: header, name: name)
            try ArchiveUnpacker.unpack(archive, into: files)
            return OpenedContext(directory: files, dockerfile: nil, ownership: .kept, commit: nil)
        }
        guard mayBeDockerfile else { throw .notAContext(path: name) }
        let text = try header + read(descriptor, name: name, upTo: largestDockerfile + 1)
        guard !text.isEmpty else { throw .emptyInput }
        guard text.count <= largestDockerfile else { throw .notAContext(path: name) }
        try makeDirectory(files)
        return OpenedContext(directory: files, dockerfile: text, ownership: .root, commit: nil)
    }

    private static func makeDirectory(_ path: String) throws(BuildContextError) {
        guard mkdir(path, 0o755) == 0, chmod(path, 0o755) == 0 else { throw .unwritable(path: path, code: errno) }
    }

    private static func read(_ descriptor: Int32, name: String, upTo limit: Int) throws(BuildContextError) -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit, 64 << 10))
        while result.count < limit {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - result.count))
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: name, code: errno)
            }
            if count == 0 { break }
            result += buffer[..<count]
        }
        return result
    }
}
