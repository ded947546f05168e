import Glibc

/// The Dockerfiles that paths on the command line stand for.
enum DockerfileDiscovery {
    /// Directories that hold other people's files.
    private static let skipped: Set<String> = [".git", "node_modules", ".venv", ".build", ".hg", ".svn"]
    /// How deep a directory is searched.
    private static let maximumDepth = 32

    /// The files in order, each once: a file as it is named, a directory's Dockerfiles sorted by path.
    ///
    /// - Throws: ``OptionError`` for a path that does not exist or cannot be read, or a directory without Dockerfiles.
    static func files(_ paths: [String]) throws(OptionError) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        for path in paths {
            var status = stat()
            guard path == "-" || stat(path, &status) == 0 else {
                throw OptionError("cannot read \(path): \(reason())")
            }
            var files = [path]
            if path != "-", status.st_mode & S_IFMT == S_IFDIR {
                files = []
                try search(path == "." ? "" : path.hasSuffix("/") ? path : path + "/", depth: 0, into: &files)
                if files.isEmpty { throw OptionError("there is no Dockerfile in \(path)") }
                files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            }
            for file in files where seen.insert(file).inserted { found.append(file) }
        }
        return found
    }

    /// True for the names under which Dockerfiles are kept.
    static func isDockerfile(_ name: String) -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".dockerignore") { return false }
        for stem in ["dockerfile", "containerfile"] {
            if name == stem || name.hasPrefix(stem + ".") || name.hasSuffix("." + stem) { return true }
        }
        return false
    }

    private static func search(_ prefix: String, depth: Int, into files: inout [String]) throws(OptionError) {
        guard let directory = opendir(prefix.isEmpty ? "." : prefix) else {
            throw OptionError("cannot read \(prefix): \(reason())")
        }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let path = prefix + name
            var status = stat()
            // Links are not followed: they may lead in circles, and what they lead to is found where it is.
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where !skipped.contains(name) && depth < maximumDepth:
                try search(path + "/", depth: depth + 1, into: &files)
            case S_IFREG where isDockerfile(name): files.append(path)
            default: break
            }
        }
    }

    private static func reason() -> String {
        let text = String(cString: strerror(errno))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
