import BuildContext
import Checks
import Glibc
import OCI
import Synchronization

/// A directory as the build context, as far as rules look at it: its ignore file, and its files when a rule asks.
final class CheckedContext: ContextFacts {
    /// A context of more files is not walked to the end; nothing is said about its size then.
    static let maximumFiles = 200_000
    /// A file of more bytes is not read.
    static let maximumText = 1 << 20

    let hasIgnoreFile: Bool
    let ignoreFileHasExceptions: Bool
    let ignoresEverything: Bool
    private let path: String
    private let matcher: IgnoreMatcher?
    private let walked = Mutex<[ContextFile]??>(nil)

    /// Reads the ignore file.
    ///
    /// - Parameter dockerfile: the Dockerfile, whose own ignore file counts before the context's.
    /// - Throws: `BuildContextError` for an ignore file that cannot be read or has a malformed pattern.
    init(path: String, dockerfile: String?) throws {
        self.path = path
        let ignore = try IgnoreFile.find(contextDirectory: path, dockerfile: dockerfile)
        hasIgnoreFile = ignore != nil
        matcher = try ignore?.matcher()
        ignoreFileHasExceptions = matcher?.hasExceptions == true
        ignoresEverything = ignore?.patterns.contains { ["*", "**", "**/*"].contains($0) } == true
    }

    func isIgnored(_ path: String) -> Bool { matcher?.excludes(path) == true }

    func text(of path: String) -> String? {
        guard files?.contains(where: { $0.path == path }) == true,
            let bytes = try? SmallFile.read(self.path + "/" + path, limit: Self.maximumText)
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    var files: [ContextFile]? {
        walked.withLock { walked in
            if let walked { return walked }
            let files = ContextWalk.files(in: path, ignoring: matcher)
            walked = .some(files)
            return files
        }
    }
}

/// Lists the regular files of a context.
private enum ContextWalk {
    static func files(in path: String, ignoring matcher: IgnoreMatcher?) -> [ContextFile]? {
        guard let tree = try? TreeWalker(root: path, ignoring: matcher).walk() else { return nil }
        guard tree.entries.count <= CheckedContext.maximumFiles else { return nil }
        return tree.entries.compactMap { entry in
            guard entry.kind == .file else { return nil }
            return ContextFile(
                path: String(decoding: entry.path, as: UTF8.self), size: entry.size, mode: entry.mode)
        }
    }
}
