import Glibc
import OCI

/// A directory tree that is written to by names from an archive, and never left: symbolic links are resolved as if
/// the tree were the root file system, `..` stops at its top, and every step goes through an open directory.
final class RootedTree {
    private struct Level {
        let name: PathBytes
        let directory: OpenFile
    }

    private let root: OpenFile
    /// The way from the root to the directory opened last.
    private var levels: [Level] = []
    /// Did no symbolic link lead there, so that the way is the name?
    private var isPlain = true
    /// As the kernel: more links on one way are taken for a loop.
    private static let linkLimit = 40
    /// Each directory on the way is kept open; no tool makes, and few remove, trees that are deeper.
    private static let depthLimit = 2048

    /// Are missing directories made where a symbolic link points, too, and not only where a name does?
    var makesLinkTargets = true

    /// Called with each directory that had to be made on the way.
    var directoryMade: (PathBytes, OpenFile) throws -> Void = { _, _ in }

    /// Called with a directory that took the place of an overlay whiteout on the way; nil refuses to go on there.
    var whiteoutReplaced: ((PathBytes, OpenFile) throws -> Void)?

    /// - Parameter root: the top of the tree.
    init(root: OpenFile) {
        self.root = root
    }

    /// The path of the directory opened last, from the root.
    var path: PathBytes { PathBytes(levels.map(\.name).joined(separator: [UInt8(ascii: "/")])) }

    /// Opens the directory that the components lead to; what is missing is made.
    ///
    /// - Parameter making: make missing directories; otherwise they are an error.
    /// - Returns: nil when a directory is missing and `making` is false.
    func directory(_ components: [PathBytes], making: Bool = true) throws -> OpenFile? {
        // Archives list neighbours next to each other: keep the part of the way that is the same.
        if isPlain {
            let common = zip(levels, components).prefix { $0.name == $1 }.count
            levels.removeLast(levels.count - common)
        } else {
            levels = []
            isPlain = true
        }
        var pending = Array(components.dropFirst(levels.count).reversed())
        var links = 0
        /// How many components of the name follow the link that was met last; those before them are the link's.
        var following = Int.max
        while let component = pending.popLast() {
            if component.isEmpty || component == [0x2E] { continue }
            if component == [0x2E, 0x2E] {
                isPlain = false
                _ = levels.popLast()
                continue
            }
            guard levels.count < Self.depthLimit else {
                throw LayerFormatError.tooDeep(path: display(PathBytes(path.prefix(80))) + "…", limit: Self.depthLimit)
            }
            let parent = levels.last?.directory ?? root
            if let child = parent.openDirectory(component) {
                levels.append(Level(name: component, directory: child))
                continue
            }
            let failure = errno
            switch failure {
            case ENOENT:
                guard making else { return nil }
                guard makesLinkTargets || pending.count < following else {
                    throw LayerFormatError.system(
                        operation: "unpack into", path: display(joined(path, component)), errno: ENOENT)
                }
                try make(component, in: parent)
            case ENOTDIR, ELOOP:
                if let whiteoutReplaced, let status = parent.status(of: component), status.isWhiteout {
                    try removeTree(component, in: parent, path: joined(path, component))
                    try make(component, in: parent)
                    if let directory = levels.last?.directory { try whiteoutReplaced(path, directory) }
                    continue
                }
                guard let target = parent.linkTarget(of: component) else {
                    throw LayerFormatError.system(
                        operation: "unpack into", path: display(joined(path, component)), errno: ENOTDIR)
                }
                links += 1
                guard links <= Self.linkLimit else {
                    throw LayerFormatError.tooManySymlinks(name: display(joined(path, component)))
                }
                isPlain = false
                following = min(following, pending.count)
                if target.first == UInt8(ascii: "/") { levels = [] }
                pending += splitPath(target).reversed()
            default:
                throw LayerFormatError.system(
                    operation: "open", path: display(joined(path, component)), errno: failure)
            }
        }
        return levels.last?.directory ?? root
    }

    private func make(_ name: PathBytes, in parent: OpenFile) throws {
        let path = joined(self.path, name)
        guard withCString(name, { mkdirat(parent.descriptor, $0, 0o755) }) == 0,
            let child = parent.openDirectory(name)
        else { throw LayerFormatError.system(operation: "create directory", path: display(path), errno: errno) }
        // Whatever the umask says.
        guard fchmod(child.descriptor, 0o755) == 0 else {
            throw LayerFormatError.system(operation: "set the mode of", path: display(path), errno: errno)
        }
        levels.append(Level(name: name, directory: child))
        try directoryMade(path, child)
    }
}

/// The components of a path; empty ones and `.` are left out.
func splitPath(_ path: some Collection<UInt8>) -> [PathBytes] {
    path.split(separator: UInt8(ascii: "/")).map { PathBytes($0) }.filter { $0 != [0x2E] }
}
