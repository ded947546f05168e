import OCI

/// One member of a layer, or one file of a plain root file system, as a walk hands it out.
public struct LayerMember: Sendable {
    /// What the member says about its path.
    public enum Meaning: Hashable, Sendable {
        /// The path is this file, directory, link or device.
        case file
        /// What lower layers have at ``LayerMember/path`` is gone, with everything below it.
        case deletes
        /// What lower layers have inside of the directory ``LayerMember/path`` is gone.
        case opaque
        /// Bookkeeping of another tool, or a name that leads out of the root: nothing that an image shows.
        case ignored
    }

    /// Where it is, without a leading or trailing slash; empty for the root. For a whiteout what it is about.
    public let path: PathBytes
    /// What it says.
    public let meaning: Meaning
    /// Its header.
    public let entry: TarEntry

    /// Where in the tar its headers start.
    public let offset: Int64
    /// Has the file holes, so that its size says nothing of what there is to read?
    public let isSparse: Bool

    /// A member with that header.
    init(_ entry: TarEntry, offset: Int64 = 0, isSparse: Bool = false) {
        self.entry = entry
        self.offset = offset
        self.isSparse = isSparse
        let (components, leavesRoot) = Self.components(of: entry.name)
        guard !leavesRoot, let name = components.last else {
            path = []
            meaning = leavesRoot ? .ignored : .file
            return
        }
        let parent = components.dropLast()
        switch try? Whiteout.meaning(of: name) {
        case .file:
            path = Self.path(components[...])
            meaning = .file
        case .deletes(let target):
            path = Self.path(parent + [target])
            meaning = .deletes
        case .opaque:
            path = Self.path(parent)
            meaning = .opaque
        case .ignored, nil:
            path = Self.path(components[...])
            meaning = .ignored
        }
    }

    /// A file of a directory, where no name has a meaning of its own.
    init(file entry: TarEntry) {
        self.entry = entry
        path = entry.name
        meaning = .file
        offset = 0
        isSparse = false
    }

    /// The path that a name in an archive means, or that a hard link of one leads to; nil when it leads out of the root.
    public static func path(of name: PathBytes) -> PathBytes? {
        let (components, leavesRoot) = components(of: name)
        return leavesRoot ? nil : path(components[...])
    }

    private static func path(_ components: ArraySlice<PathBytes>) -> PathBytes {
        PathBytes(components.joined(separator: [UInt8(ascii: "/")]))
    }

    /// A name with `..` anywhere has no honest use in a layer: it is taken for one that leads out.
    private static func components(of name: PathBytes) -> (components: [PathBytes], leavesRoot: Bool) {
        let components = splitPath(name)
        return (components, components.contains([0x2E, 0x2E]))
    }
}
