import BuildContext
import Glibc

/// A directory that stands for `/`: paths are resolved inside it and never lead out.
///
/// Resolution is done here rather than by openat2(2) because most destinations do not exist yet, in whole or in part,
/// and because links passed on the way must be shown to the caller: a link that the ignore file leaves out does not
/// exist. Every step opens one component relative to a directory that is already open, without following links, and
/// `..` goes back to a directory opened before, so no change made meanwhile can make it leave the root.
struct RootDirectory: Sendable {
    let handle: OpenFile

    init(handle: OpenFile) { self.handle = handle }

    init(path: String) throws(PathFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PathFailure("open", PathBytes(path.utf8)) }
        handle = OpenFile(adopting: descriptor)
    }

    /// Links followed before giving up; as many as BuildKit follows.
    private static let linkLimit = 255

    /// Follows `path`, symbolic links included. What does not exist is taken as it is written.
    ///
    /// - Parameters:
    ///   - followLast: whether a symbolic link at the end of the path is followed.
    ///   - visit: called with each link that is followed, and its path; throws to refuse it.
    func resolve(
        _ path: PathBytes, followLast: Bool = true,
        visitingLink visit: (PathBytes) throws(PathFailure) -> Void = { (_) throws(PathFailure) in }
    ) throws(PathFailure) -> RootedLocation {
        var pending = Self.components(path)
        var open: [(name: PathBytes, directory: OpenFile)] = []
        var missing: [PathBytes] = []
        var leaf: (name: PathBytes, status: FileStatus)?
        var linksFollowed = 0
        while let name = pending.popLast() {
            if name.elementsEqual([0x2E]) { continue }
            if name.elementsEqual([0x2E, 0x2E]) {
                if leaf != nil {
                    leaf = nil
                } else if missing.popLast() == nil {
                    _ = open.popLast()
                }
                continue
            }
            guard leaf == nil else { throw PathFailure(.notADirectory, Self.join(open.map(\.name), leaf?.name)) }
            guard missing.isEmpty else {
                missing.append(name)
                continue
            }
            let current = open.last?.directory ?? handle
            guard let status = name.withCString({ FileStatus(of: $0, in: current.descriptor) }) else {
                guard errno == ENOENT else { throw PathFailure("look up", Self.join(open.map(\.name), name)) }
                missing.append(name)
                continue
            }
            if status.isDirectory {
                guard let directory = name.withCString({ OpenFile.directory($0, in: current.descriptor) }) else {
                    throw PathFailure("open", Self.join(open.map(\.name), name))
                }
                open.append((name, directory))
            } else if status.isSymbolicLink && (followLast || !pending.isEmpty) {
                linksFollowed += 1
                let linkPath = Self.join(open.map(\.name), name)
                guard linksFollowed <= Self.linkLimit else { throw PathFailure(.tooManyLinks, path) }
                try visit(linkPath)
                guard let text = name.withCString({ current.linkTarget($0) }) else {
                    throw PathFailure("read the link", linkPath)
                }
                let target = text.dropLast().map { UInt8(bitPattern: $0) }
                if target.first == 0x2F { open.removeAll() }
                pending += Self.components(target)
            } else {
                leaf = (name, status)
            }
        }
        return RootedLocation(
            directory: open.last?.directory ?? handle, directoryPath: open.map(\.name), missing: missing,
            leafName: leaf?.name, leaf: leaf?.status)
    }

    /// The components of a path, last first.
    private static func components(_ path: PathBytes) -> [PathBytes] {
        path.split(separator: 0x2F).reversed().map { PathBytes($0) }
    }

    static func join(_ directories: [PathBytes], _ name: PathBytes?) -> PathBytes {
        var path: PathBytes = []
        for component in directories + (name.map { [$0] } ?? []) { path += [0x2F] + component }
        return path.isEmpty ? [0x2F] : path
    }
}

/// Where a path inside a root leads, its symbolic links resolved.
struct RootedLocation: Sendable {
    /// The deepest directory on the way that exists.
    let directory: OpenFile
    /// The names from the root to ``directory``.
    let directoryPath: [PathBytes]
    /// Names below ``directory`` that do not exist.
    let missing: [PathBytes]
    /// The last component, when it exists and is no directory.
    let leafName: PathBytes?
    /// Its status.
    let leaf: FileStatus?

    /// True when the path names a directory that exists.
    var isDirectory: Bool { missing.isEmpty && leaf == nil }
    var exists: Bool { missing.isEmpty }

    /// The resolved path, with a leading slash.
    var path: PathBytes {
        RootDirectory.join(directoryPath + missing, leafName)
    }

    /// Opens the last component.
    func openLeaf(_ flags: Int32) throws(PathFailure) -> OpenFile {
        let name = leafName ?? [0x2E]
        let descriptor = name.withCString {
            openat(directory.descriptor, $0, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        }
        guard descriptor >= 0 else { throw PathFailure("open", path) }
        return OpenFile(adopting: descriptor)
    }
}
