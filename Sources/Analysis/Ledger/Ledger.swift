import OCI

/// Where every byte of an image is: layer, instruction, package, file. The sum over its entries and the layers' trailers is
/// exactly the size of the image: that of its layers' uncompressed tars.
public struct Ledger: Sendable {
    /// A layer with what is known of its origin.
    public struct Layer: Sendable {
        /// The digest of its tar.
        public var diffID: Digest { origin.diffID }
        /// The length of its tar.
        public let size: Int64
        /// The length of its blob.
        public let compressedSize: Int64
        /// What of the tar no member has: the end of the archive.
        public let trailer: Int64
        /// What made it.
        public let origin: LayerAttribution
        /// The bytes in it that the image could do without: versions that later ones replaced or deleted.
        public internal(set) var wasted: Int64 = 0
    }

    /// The layers, the lowest first.
    public private(set) var layers: [Layer]
    /// All versions of all files, in the order of the layers and of their members.
    public var versions: [FileVersion] { stack.versions }
    private var stack: LedgerBuilder
    var tree: PathTree { stack.tree }

    /// What each version of a file is about.
    public func path(of version: FileVersion) -> PathBytes { tree.path(of: version.node) }

    /// The target of a symbolic link.
    public func target(of version: FileVersion) -> PathBytes { PathBytes(stack.links[version.link]) }

    /// The sum of the layers' tars.
    public var size: Int64 { layers.reduce(0) { $0 + $1.size } }
    /// The sum of the layers' blobs.
    public var compressedSize: Int64 { layers.reduce(0) { $0 + $1.compressedSize } }
    /// The bytes that the image could do without.
    public var wastedBytes: Int64 { layers.reduce(0) { $0 + $1.wasted } }

    /// The bytes of a version that the image could do without: all of them, or none.
    ///
    /// A file's content is needed while any of its names is there. A directory that is listed again was needed for what its
    /// layer has in it.
    public func waste(of version: FileVersion) -> Int64 {
        guard version.state == .replaced || version.state == .deleted else { return 0 }
        return version.names > 0 ? 0 : version.stored
    }

    /// The part of all files' contents that the image shows: 1 when nothing is there twice or in vain, and for an image
    /// without files.
    ///
    /// dive's measure, but for the copy that is needed being the one the image shows, where dive takes the smallest.
    public var efficiency: Double {
        var needed: Int64 = 0
        var all: Int64 = 0
        for version in versions where version.kind == .file && version.state != .whiteout {
            all += version.size
            if waste(of: version) == 0 { needed += version.size }
        }
        return all > 0 ? Double(needed) / Double(all) : 1
    }

    /// The layers that are not the base image's, by what is known; else all but the lowest, as dive has it.
    public var userLayers: Range<Int> {
        let base = layers.prefix { $0.origin.isBase == true }.count
        let isKnown = layers.contains { $0.origin.isBase != nil }
        return (isKnown ? base : min(1, layers.count))..<layers.count
    }

    /// The part of the bytes of ``userLayers`` that they could do without: versions that were replaced or deleted, and
    /// copies that have the content of what they replaced in the base image. 0 without such layers.
    public var userWastedPercent: Double {
        let users = userLayers
        let size = layers[users].reduce(0) { $0 + $1.size }
        guard size > 0 else { return 0 }
        var wasted = layers[users].reduce(0) { $0 + $1.wasted }
        for version in versions where version.repeats >= 0 && users.contains(Int(version.layer)) {
            let former = versions[Int(version.repeats)]
            if !users.contains(Int(former.layer)), waste(of: version) == 0 { wasted += version.stored }
        }
        return Double(wasted) / Double(size)
    }
}

extension Ledger {
    init(_ builder: LedgerBuilder) {
        stack = builder
        layers = builder.layers
        for version in versions { layers[Int(version.layer)].wasted += waste(of: version) }
    }
}

extension Ledger {
    /// The node of a path as the image resolves it, whether anything is there still or not; nil when there never was.
    func node(at path: PathBytes) -> PathTree.Node? { stack.node(at: path) }

    /// What is shown at a node, a position in ``versions``.
    func liveVersion(at node: PathTree.Node) -> Int? { stack.liveVersion(at: node) }

    /// Where in ``versions`` each layer's begin.
    var firstVersions: [Int] { stack.firstVersions }

    /// Notes whose the paths are.
    mutating func setPackages(_ package: (FileVersion) -> Int32) { stack.setPackages(package) }
}
