import OCI

/// What one layer has of packages, and what of the layers below it hides. Depends on nothing but the layer.
public struct LayerInventory: Hashable, Sendable {
    /// Something that changes what an image with this layer shows, in the layer's order.
    enum Event: Hashable, Sendable {
        case deletes(PathBytes)
        case opaque(PathBytes)
        case symlink(PathBytes, target: PathBytes)
        /// A file that a cataloguer wants, whatever became of reading it.
        case found(PathBytes, Finding)
        /// A hard link with a name that a cataloguer wants, to a file that this layer does not have.
        case link(PathBytes, target: PathBytes)
    }

    /// A file that could not be read.
    public struct Warning: Hashable, Sendable {
        /// The file.
        public let path: String
        /// Why not.
        public let reason: String
    }

    var events: [Event] = []
    /// The paths of directories.
    var directories = PathSet()
    /// The paths of everything else: they hide what lower layers have below them.
    var others = PathSet()
    /// Files that could not be read.
    public internal(set) var warnings: [Warning] = []
    /// The length of the layer's tar in bytes; 0 for a plain root file system.
    public internal(set) var uncompressedSize: Int64 = 0
}

/// A set of paths of which only hashes are kept: asked for a path of which nothing else is known, it does not need more.
struct PathSet: Hashable, Sendable {
    private(set) var hashes: Set<UInt64> = []

    init() {}

    init(hashes: Set<UInt64>) { self.hashes = hashes }

    mutating func insert(_ path: PathBytes) { hashes.insert(PathHash(of: path).value) }

    func contains(_ hash: PathHash) -> Bool { hashes.contains(hash.value) }
}

/// The hash of a path, made from front to back, so that those of its parents come on the way (FNV-1a, 64 bits).
struct PathHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}

    init(of path: some Sequence<UInt8>) {
        for byte in path { add(byte) }
    }

    mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
