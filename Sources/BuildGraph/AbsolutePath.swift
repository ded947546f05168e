/// Paths inside an image, as strings that start with `/`; the rules of Go's `path` package, which Docker uses.
public enum AbsolutePath {
    /// Shortest equivalent path: no `.`, no `..`, no doubled slashes. An empty path gives `.`.
    public static func clean(_ path: String) -> String {
        if path.isEmpty { return "." }
        let isRooted = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                if let last = parts.last, last != ".." {
                    parts.removeLast()
                } else if !isRooted {
                    parts.append(part)
                }
            } else {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        if isRooted { return "/" + joined }
        return joined.isEmpty ? "." : joined
    }

    /// The last component of a path; `/` for the root.
    public static func base(_ path: String) -> String {
        if path.isEmpty { return "." }
        return path.split(separator: "/").last.map(String.init) ?? "/"
    }

    /// A path against the directory it is relative to. An absolute path is left as written, a relative one is joined
    /// and cleaned; `keepingSlash` puts back a trailing `/` or `/.`, which says that a directory is meant.
    public static func resolve(_ path: String, in directory: String, keepingSlash: Bool = false) -> String {
        var parent = directory.isEmpty ? "/" : directory
        if !parent.hasPrefix("/") { parent = clean("/" + parent) }
        var result = path.isEmpty ? parent : path
        if !result.hasPrefix("/") { result = clean(parent + "/" + result) }
        if keepingSlash {
            if path.hasSuffix("/"), !result.hasSuffix("/") {
                result += "/"
            } else if path.hasSuffix("/."), !result.hasSuffix("/.") {
                if result != "/" { result += "/" }
                result += "."
            }
        }
        return result
    }
}
