import CLinux
import Glibc

/// The files and directories that have to exist only so that something can be mounted on them.
///
/// Whatever of them is still empty after the run goes again, and nothing betrays that it was there: times of the directories
/// around it are put back, and copies of lower directories that overlayfs made on the way leave the upper directory.
public struct MountStubs: Sendable {
    /// What a mount needs as its target.
    public enum Kind: Sendable {
        case directory
        case file
    }

    private let root: String
    /// Paths inside the root, in the order they were made.
    private var made: [(path: String, kind: Kind)] = []
    /// Directories that were there before, down to those which got a stub, by path inside the root.
    private var surroundings: [String: Surrounding] = [:]

    private struct Surrounding {
        var before: FileStatus
        var wasInUpper: Bool
        var holdsStub: Bool
    }

    /// Makes what `targets` need below `root`.
    ///
    /// - Parameters:
    ///   - targets: Paths as the container sees them.
    ///   - upper: The upper directory when `root` is an overlay.
    public init(
        for targets: [(path: String, kind: Kind)], in root: String, upper: String? = nil
    ) throws(SandboxError) {
        self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
        for target in targets { try make(target.path, target.kind, upper: upper) }
    }

    private mutating func make(_ target: String, _ kind: Kind, upper: String?) throws(SandboxError) {
        let resolved = String(try RootPath.resolve(target, in: root).dropFirst(root.count))
        var ancestors: [String] = [""]
        for component in RootPath.components(of: resolved) {
            ancestors.append("\(ancestors[ancestors.count - 1])/\(component)")
        }
        guard let missing = ancestors.firstIndex(where: { FileStatus(root + $0) == nil }), missing > 0 else { return }
        for ancestor in ancestors[..<missing] where surroundings[ancestor] == nil && !isStub(ancestor) {
            guard let status = FileStatus(root + ancestor), status.isDirectory else {
                throw .invalidMount(target: target, reason: "\(ancestor) is not a directory")
            }
            surroundings[ancestor] = Surrounding(
                before: status, wasInUpper: upper.map { FileStatus($0 + ancestor) != nil } ?? true, holdsStub: false)
        }
        for path in ancestors[missing...] {
            let isTarget = path == ancestors.last
            try Self.create(root + path, isTarget ? kind : .directory)
            made.append((path, isTarget ? kind : .directory))
        }
        let parent = ancestors[missing - 1]
        if let surrounding = surroundings[parent] {
            surroundings[parent]?.holdsStub = true
            surrounding.before.restoreTimes(of: root + parent)
        }
    }

    private func isStub(_ path: String) -> Bool {
        made.contains { $0.path == path }
    }

    private static func create(_ path: String, _ kind: Kind) throws(SandboxError) {
        switch kind {
        case .directory:
            guard mkdir(path, 0o755) == 0, chmod(path, 0o755) == 0 else {
                throw .system(call: "mkdir", path: path, code: errno)
            }
        case .file:
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw .system(call: "create", path: path, code: errno) }
            fchmod(descriptor, 0o644)
            close(descriptor)
        }
    }

    /// Removes the stubs that are still empty. The root must still be mounted, and the process must have ended.
    public func remove() {
        for stub in made.reversed() {
            let parent = String(stub.path[..<(stub.path.lastIndex(of: "/") ?? stub.path.startIndex)])
            // The process may have put symbolic links in the way, which lead out of the root for us.
            guard (try? RootPath.resolve(parent, in: root)) == root + parent, let before = FileStatus(root + parent)
            else { continue }
            let removed: Bool
            switch FileStatus(root + stub.path) {
            case .some(let status) where status.isDirectory: removed = rmdir(root + stub.path) == 0
            case .some(let status) where status.size == 0: removed = unlink(root + stub.path) == 0
            default: removed = false
            }
            if removed { before.restoreTimes(of: root + parent) }
        }
    }

    /// Removes the directories from `upper` that overlayfs copied there only because of a stub. The overlay must be unmounted.
    public func removeCopies(from upper: String) {
        let candidates = surroundings.filter { !$0.value.wasInUpper && $0.key != "" }
        // All comparisons come first, since removing a directory changes the times of its parent.
        var found: [String: FileStatus] = [:]
        for (path, surrounding) in candidates {
            if let status = FileStatus(upper + path), status.isUnchangedCopy(of: surrounding.before),
                !Self.isOpaque(upper + path)
            {
                found[path] = status
            }
        }
        let before = FileStatus(upper)
        for (path, _) in found.sorted(by: { $0.key.utf8.count > $1.key.utf8.count }) {
            guard rmdir(upper + path) == 0 else { continue }
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            (parent.isEmpty ? before : found[parent])?.restoreTimes(of: upper + parent)
        }
    }

    private static func isOpaque(_ path: String) -> Bool {
        lgetxattr(path, "trusted.overlay.opaque", nil, 0) > 0 || lgetxattr(path, "user.overlay.opaque", nil, 0) > 0
    }
}

/// What is compared and put back of a file.
struct FileStatus {
    private let status: stat

    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.status = status
    }

    var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var size: Int { Int(status.st_size) }
    /// Mode bits, those for set-id and sticky among them.
    var permissions: UInt32 { status.st_mode & 0o7777 }

    /// Sets access and modification time of `path` to those of this status.
    func restoreTimes(of path: String) {
        let times = [status.st_atim, status.st_mtim]
        _ = utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW)
    }

    /// Whether this is a directory with the owner, mode and modification time of the other.
    func isUnchangedCopy(of other: FileStatus) -> Bool {
        isDirectory && status.st_mode == other.status.st_mode && status.st_uid == other.status.st_uid
            && status.st_gid == other.status.st_gid && status.st_mtim.tv_sec == other.status.st_mtim.tv_sec
            && status.st_mtim.tv_nsec == other.status.st_mtim.tv_nsec
    }
}
