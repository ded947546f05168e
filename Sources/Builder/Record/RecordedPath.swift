import Glibc

/// How a record names the Dockerfile: so that the same project gives the same record wherever it lies.
enum RecordedPath {
    /// The path relative to the working directory if the file is below it, else to the context; else as given.
    static func of(_ path: String, context: String?) -> String {
        if path.contains("://") { return path }
        guard path.hasPrefix("/") else { return clean(path) }
        let whole = clean(path)
        for directory in [workingDirectory, context].compactMap({ $0 }) where directory.hasPrefix("/") {
            let prefix = directory == "/" ? "/" : clean(directory) + "/"
            if whole.utf8.starts(with: prefix.utf8) {
                return String(Substring(whole.utf8.dropFirst(prefix.utf8.count)))
            }
        }
        return whole
    }

    /// Without `.` and doubled slashes. `..` stays: what is before it may be a symbolic link.
    private static func clean(_ path: String) -> String {
        let components = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + components.joined(separator: "/")
    }

    private static var workingDirectory: String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
