import BuildContext
import Sandbox

/// A tree that a step reads: a directory of the host, or the mounted root of a stage.
enum MountedTree: Sendable {
    case context(ContextDirectory)
    case root(String)
}

/// Read-only mounts of stages that others copy from, one per file system, taken down when the build ends.
actor TreeMounts {
    private let scratch: ScratchSpace
    private var paths: [TreeState: String] = [:]

    init(scratch: ScratchSpace) { self.scratch = scratch }

    /// Where the file system with these directories (bottom first) can be read.
    func path(of state: TreeState, directories: [String]) throws -> String {
        if let known = paths[state] { return known }
        let path = try scratch.directory("tree")
        try OverlayMount.mount(lowers: directories, at: path)
        paths[state] = path
        return path
    }

    /// Unmounts everything.
    func unmountAll() {
        for path in paths.values { try? OverlayMount.unmount(path) }
        paths = [:]
    }
}
