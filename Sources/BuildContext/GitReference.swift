/// Which tree of which repository: a git URL as contexts and `ADD` take it.
///
/// Forms: `https://host/repo.git#ref:subdir`, `http://…` likewise (the path has to end with `.git`), `ssh://…`, `git://…`,
/// `git@host:path#ref:subdir`, and any of them with `?ref=&branch=&tag=&subdir=&checksum=&keep-git-dir=&submodules=&mtime=&fetch-by-commit=`.
public struct GitReference: Hashable, Sendable {
    /// Which times the files of a checkout get.
    public enum ModificationTimes: String, Hashable, Sendable {
        /// Whatever the checkout makes them.
        case checkout
        /// The time of the commit.
        case commit
    }

    /// What git is given to fetch from.
    public var remote: String
    /// Branch, tag, full ref or commit; empty for the default branch.
    public var ref: String
    /// The directory of the repository to use, without leading slash; empty for all of it.
    public var subdirectory: String
    /// The commit, or a prefix of it, that the ref must resolve to.
    public var checksum: String?
    /// Whether `.git` stays; nil when the URL does not say.
    public var keepsGitDirectory: Bool?
    /// Whether submodules are fetched; nil when the URL does not say, which means yes.
    public var submodules: Bool?
    /// Which times the files get; nil when the URL does not say.
    public var modificationTimes: ModificationTimes?
    /// Whether the checksum is trusted to be the commit, so that the ref is not looked up.
    public var fetchesByCommit: Bool
    /// True for `github.com/owner/repo`, which could be a local path, and is only taken as a URL for contexts.
    public var looksLikePath: Bool

    /// Reads a git URL.
    ///
    /// - Returns: nil when the text is something else: a path, or a URL of another kind.
    /// - Throws: ``BuildContextError/badGitURL(url:reason:)`` for a git URL with a bad query.
    public static func parse(_ text: String) throws(BuildContextError) -> GitReference? {
        if text.hasPrefix("./") || text.hasPrefix("../") { return nil }
        var reference: GitReference
        let query: String?
        if text.hasPrefix("github.com/") {
            guard let url = RemoteURL("https://" + text) else { return nil }
            reference = GitReference(remote: url.remoteText, fragment: url.fragment)
            reference.looksLikePath = true
            query = url.query
        } else if let url = RemoteURL(text) {
            switch url.scheme {
            case "http", "https":
                guard RemoteURL.decode(url.path).hasSuffix(".git") else { return nil }
            case "ssh", "git": break
            default: return nil
            }
            reference = GitReference(remote: url.remoteText, fragment: url.fragment)
            query = url.query
        } else if let parts = secureCopyParts(text) {
            reference = GitReference(remote: parts.remote, fragment: parts.fragment)
            query = parts.query
        } else {
            return nil
        }
        if let query { try reference.apply(RemoteURL.parameters(query), url: text) }
        guard !reference.ref.hasPrefix("-") else {
            throw .badGitURL(url: RemoteURL.redacted(text), reason: "a ref cannot start with a dash")
        }
        return reference
    }

    init(remote: String, fragment: String? = nil) {
        self.remote = remote
        fetchesByCommit = false
        looksLikePath = false
        let (ref, subdirectory) = RemoteURL.cut(RemoteURL.decode(fragment ?? "")[...], ":")
        self.ref = String(ref)
        self.subdirectory = Self.clean(subdirectory ?? "")
    }

    /// `user@host:path?query#fragment`.
    private static func secureCopyParts(_ text: String) -> (remote: String, query: String?, fragment: String?)? {
        guard let at = text.firstIndex(of: "@") else { return nil }
        let user = text[..<at]
        let afterUser = text[text.index(after: at)...]
        guard let colon = afterUser.firstIndex(of: ":") else { return nil }
        let host = afterUser[..<colon]
        let isName = { (extra: String) in
            { (byte: UInt8) in RemoteURL.isAlphanumeric(byte) || extra.utf8.contains(byte) }
        }
        guard !user.isEmpty, user.utf8.allSatisfy(isName("-_")), !host.isEmpty, host.utf8.allSatisfy(isName("-."))
        else {
            return nil
        }
        let (withQuery, fragment) = RemoteURL.cut(afterUser[afterUser.index(after: colon)...], "#")
        let (path, query) = RemoteURL.cut(withQuery, "?")
        return ("\(user)@\(host):\(path)", query, fragment)
    }

    private static func clean(_ directory: String) -> String {
        String(decoding: PathBytes(("/" + directory).utf8).cleaned.dropFirst(), as: UTF8.self)
    }

    private mutating func apply(
        _ parameters: [(name: String, value: String)], url: String
    ) throws(BuildContextError) {
        let refused = { (reason: String) in BuildContextError.badGitURL(url: RemoteURL.redacted(url), reason: reason) }
        var seen: Set<String> = []
        var tag: String?
        var branch: String?
        for (name, value) in parameters {
            guard seen.insert(name).inserted else { throw refused("query \"\(name)\" has multiple values") }
            let flags = ["submodules", "keep-git-dir", "fetch-by-commit"]
            if value.isEmpty && !flags.contains(name) { throw refused("query \"\(name)\" has no value") }
            switch name {
            case "ref":
                guard ref.isEmpty || ref == value else { throw refused("ref conflicts: \"\(ref)\" vs \"\(value)\"") }
                ref = value
            case "tag": tag = value.hasPrefix("refs/tags/") ? value : "refs/tags/" + value
            case "branch": branch = value.hasPrefix("refs/heads/") ? value : "refs/heads/" + value
            case "subdir":
                let cleaned = Self.clean(value)
                guard subdirectory.isEmpty || subdirectory == cleaned else {
                    throw refused("subdir conflicts: \"\(subdirectory)\" vs \"\(value)\"")
                }
                subdirectory = cleaned
            case "checksum", "commit": checksum = value
            case "keep-git-dir", "submodules", "fetch-by-commit":
                guard let flag = value.isEmpty ? true : Self.flag(value) else {
                    throw refused("invalid \(name) value: \"\(value)\"")
                }
                switch name {
                case "keep-git-dir": keepsGitDirectory = flag
                case "submodules": submodules = flag
                default: fetchesByCommit = flag
                }
            case "mtime":
                guard let times = ModificationTimes(rawValue: value) else {
                    throw refused("invalid mtime value: \"\(value)\" (must be \"checkout\" or \"commit\")")
                }
                modificationTimes = times
            default: throw refused("unexpected query \"\(name)\"")
            }
        }
        if tag != nil && branch != nil { throw refused("branch conflicts with tag") }
        if let wanted = tag ?? branch {
            guard ref.isEmpty || ref == wanted else { throw refused("ref conflicts: \"\(ref)\" vs \"\(wanted)\"") }
            ref = wanted
        }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": true
        case "0", "f", "F", "FALSE", "false", "False": false
        default: nil
        }
    }
}
