import Glibc
import Sandbox

/// The root file system of an image, mounted where nothing of it runs. Links in it are followed inside it.
struct RootView: Sendable {
    /// Where it is mounted.
    let directory: String

    /// What kind of file is at a path.
    enum Kind: Sendable { case file, directory, other }

    /// The path on this machine; nil when a link leads nowhere.
    func host(_ path: String) -> String? { try? RootPath.resolve(path, in: directory) }

    /// What is at the path, links followed; nil for nothing.
    func kind(_ path: String) -> Kind? {
        var status = stat()
        guard let host = host(path), lstat(host, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// The names in a directory.
    func names(_ path: String) -> [String] { host(path).map { directoryEntries($0).sorted() } ?? [] }

    /// The text of a file of at most a few megabytes.
    func text(_ path: String, limit: Int = 16 << 20) -> String? {
        host(path).flatMap { SmallFile.read($0, limit: limit) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The path with all links in it followed.
    func resolved(_ path: String) -> String {
        guard let host = host(path), host.hasPrefix(directory) else { return path }
        let inside = String(host.dropFirst(directory.count))
        return inside.isEmpty ? "/" : inside
    }

    /// The file that a command's first word means.
    func program(_ word: String, workingDirectory: String, path: String) -> String? {
        if word.contains("/") {
            let absolute = PathText.join(workingDirectory, word)
            return kind(absolute) == .file ? absolute : nil
        }
        for directory in path.split(separator: ":") {
            let candidate = PathText.join(String(directory), word)
            if kind(candidate) == .file { return candidate }
        }
        return nil
    }

    /// The regular files below a path, as paths in the image; at most `limit`. Links are not followed, and directories of
    /// some names not entered.
    func files(below path: String, limit: Int = 200_000, without names: Set<String> = []) -> [String] {
        guard let host = host(path) else { return [] }
        var found: [String] = []
        var pending = [(host, path)]
        while let (at, shown) = pending.popLast(), found.count < limit {
            for name in directoryEntries(at).sorted() {
                var status = stat()
                guard lstat(at + "/" + name, &status) == 0 else { continue }
                let child = PathText.join(shown, name)
                switch status.st_mode & S_IFMT {
                case S_IFDIR where names.contains(name): break
                case S_IFDIR: pending.append((at + "/" + name, child))
                case S_IFREG: found.append(child)
                default: break
                }
            }
        }
        return found
    }
}
