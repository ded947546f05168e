/// How ADD tells a URL and a repository from a path; the same rules as Docker's.
public enum RemoteSource {
    /// `https://…`, but not a repository.
    public static func isHTTP(_ source: String) -> Bool {
        (source.hasPrefix("http://") || source.hasPrefix("https://")) && !isGit(source)
    }

    /// `git://`, `ssh://`, `git@host:path`, or an http(s) URL whose path ends in `.git`.
    public static func isGit(_ source: String) -> Bool {
        if source.hasPrefix("./") || source.hasPrefix("../") { return false }
        if source.hasPrefix("git://") || source.hasPrefix("ssh://") { return true }
        if source.hasPrefix("http://") || source.hasPrefix("https://") {
            let path = source.prefix { $0 != "#" && $0 != "?" }
            return path.hasSuffix(".git")
        }
        return isSCPStyle(source)
    }

    /// `user@host:path`, as ssh repositories are commonly written.
    private static func isSCPStyle(_ source: String) -> Bool {
        guard !source.contains("://"), let at = source.firstIndex(of: "@"), at != source.startIndex else {
            return false
        }
        let user = source[..<at]
        let rest = source[source.index(after: at)...]
        guard let colon = rest.firstIndex(of: ":"), colon != rest.startIndex else { return false }
        let host = rest[..<colon]
        let isWord = { (text: Substring) in
            text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        }
        return isWord(user) && isWord(host)
    }
}
