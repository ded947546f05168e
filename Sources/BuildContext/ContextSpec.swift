import Glibc

/// Where the main context of a build comes from, as named on the command line.
public enum ContextSpec: Hashable, Sendable {
    /// A directory of this machine.
    case directory(path: String)
    /// `-`: a Dockerfile or a tar archive on standard input.
    case standardInput
    /// A tar archive of this machine, compressed or not.
    case archive(path: String)
    /// An http or https URL of a tar archive or a Dockerfile.
    case remote(url: String)
    /// A tree of a git repository.
    case git(GitReference)

    /// Reads a CONTEXT argument. A path that exists is a path, whatever else it looks like.
    ///
    /// - Throws: ``BuildContextError/contextNotFound(path:)`` for what is neither a URL nor there,
    ///   ``BuildContextError/unreadable(path:code:)``, ``BuildContextError/badGitURL(url:reason:)``, or
    ///   ``BuildContextError/notAContext(path:)`` for a device and the like.
    public static func parse(_ text: String) throws(BuildContextError) -> ContextSpec {
        if text == "-" { return .standardInput }
        var status = stat()
        if !text.isEmpty, stat(text, &status) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return .directory(path: text)
            case S_IFREG, S_IFIFO: return .archive(path: text)
            default: throw .notAContext(path: text)
            }
        }
        let failure = errno
        if let reference = try GitReference.parse(text) { return .git(reference) }
        if text.hasPrefix("http://") || text.hasPrefix("https://") { return .remote(url: text) }
        if failure != ENOENT && failure != ENOTDIR && !text.isEmpty { throw .unreadable(path: text, code: failure) }
        throw .contextNotFound(path: text)
    }
}

/// What a named context (`--build-context NAME=SOURCE`) stands for.
public enum NamedContext: Hashable, Sendable {
    /// A directory of this machine; it has its own `.dockerignore`.
    case directory(path: String)
    /// `docker-image://REFERENCE`.
    case image(reference: String)
    /// `oci-layout://DIRECTORY[:TAG][@DIGEST]`.
    case ociLayout(directory: String, tag: String?, digest: String?)
    /// An http or https URL: a context with one file named `context`.
    case remote(url: String)
    /// A tree of a git repository.
    case git(GitReference)

    /// Reads the value of `--build-context`.
    ///
    /// The name is what `FROM` and `--from` say: lower case, without `:latest` and without Docker Hub's default prefix.
    ///
    /// - Throws: ``BuildContextError/badNamedContext(text:reason:)``, ``BuildContextError/contextNotFound(path:)``,
    ///   ``BuildContextError/notADirectory(path:)`` or ``BuildContextError/badGitURL(url:reason:)``.
    public static func parse(option: String) throws(BuildContextError) -> (name: String, source: NamedContext) {
        let (written, source) = RemoteURL.cut(option[...], "=")
        guard let source else { throw .badNamedContext(text: option, reason: "expected name=source") }
        var name = String(written)
        for prefix in ["docker.io/", "library/"] where name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
        if name.hasSuffix(":latest") { name.removeLast(":latest".count) }
        guard !name.isEmpty else { throw .badNamedContext(text: option, reason: "the name is empty") }
        let allowed = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || "._-/:@".utf8.contains(byte)
        }
        // A tag may have capitals, a name not.
        let repository = name.split(separator: "/", omittingEmptySubsequences: false).map { $0.prefix { $0 != ":" } }
        guard repository.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(allowed) }) else {
            throw .badNamedContext(text: option, reason: "a name is written in lower case, like an image's")
        }
        return (name, try parse(source: source))
    }

    /// Reads the source alone.
    public static func parse(source: String) throws(BuildContextError) -> NamedContext {
        if let reference = source.droppingPrefix("docker-image://") {
            guard !reference.isEmpty else { throw .badNamedContext(text: source, reason: "the image is empty") }
            return .image(reference: reference)
        }
        if let layout = source.droppingPrefix("oci-layout://") { return try parse(layout: layout) }
        if let reference = try GitReference.parse(source), !reference.looksLikePath { return .git(reference) }
        if source.hasPrefix("http://") || source.hasPrefix("https://") { return .remote(url: source) }
        var status = stat()
        guard stat(source, &status) == 0 else {
            if errno != ENOENT && errno != ENOTDIR { throw .unreadable(path: source, code: errno) }
            throw .contextNotFound(path: source)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path: source) }
        return .directory(path: source)
    }

    private static func parse(layout text: String) throws(BuildContextError) -> NamedContext {
        let (withTag, digest) = RemoteURL.cut(text[...], "@")
        var directory = String(withTag)
        var tag: String?
        // A colon in front of a slash belongs to the path.
        if let colon = directory.lastIndex(of: ":"), !directory[colon...].contains("/") {
            tag = String(directory[directory.index(after: colon)...])
            directory = String(directory[..<colon])
        }
        guard !directory.isEmpty, tag != "", digest != "" else {
            throw .badNamedContext(text: "oci-layout://" + text, reason: "expected a directory, and a tag or a digest")
        }
        return .ociLayout(directory: directory, tag: tag, digest: digest)
    }
}

extension String {
    func droppingPrefix(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
