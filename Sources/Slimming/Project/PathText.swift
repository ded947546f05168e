/// Paths as text.
enum PathText {
    /// `path` as seen from `directory`, without `.` and `..`.
    static func join(_ directory: String, _ path: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : directory + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Whether `path` is `directory` or lies in it.
    static func isBelow(_ path: String, _ directory: String) -> Bool {
        directory == "/" || path == directory || path.hasPrefix(directory + "/")
    }

    /// The directory that holds the path.
    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// The last part of the path.
    static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
