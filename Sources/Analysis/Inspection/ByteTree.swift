import OCI

/// The bytes of an image by directory, small things put together: what a picture can show.
public struct ByteTree: Sendable {
    /// The last name of the path; empty for the root.
    public let name: String
    /// The bytes at and below it, in all layers.
    public let size: Int64
    /// Those of them that the image could do without.
    public let wasted: Int64
    /// The layer that most of them are in.
    public let layer: Int
    /// What is in it, the largest first; what is too small to show is one child without a name.
    public let children: [ByteTree]

    /// The tree of a ledger, with at most about so many parts.
    public init(_ ledger: Ledger, parts: Int = 3000) {
        let tree = ledger.tree
        var size = [Int64](repeating: 0, count: tree.count)
        var wasted = size
        // The layer that most bytes are of, for the colour.
        var shares = [LayerVote](repeating: LayerVote(), count: tree.count)
        for version in ledger.versions {
            let node = Int(version.node)
            size[node] += version.stored
            wasted[node] += ledger.waste(of: version)
            shares[node].add(version.layer, version.stored)
        }
        for node in stride(from: tree.count - 1, to: 0, by: -1) {
            let parent = Int(tree.parent(of: Int32(node)))
            size[parent] += size[node]
            wasted[parent] += wasted[node]
            shares[parent].add(shares[node].layer, shares[node].bytes)
        }
        let least = max(1, ledger.size / Int64(max(1, parts)))
        self = Self.part(0, depth: 0, tree, size, wasted, shares.map { Int($0.layer) }, least)
    }

    /// Deeper directories are not taken apart: nobody looks there, and honest images are not that deep.
    private static let depthLimit = 64

    private init(name: String, size: Int64, wasted: Int64, layer: Int, children: [ByteTree]) {
        self.name = name
        self.size = size
        self.wasted = wasted
        self.layer = layer
        self.children = children
    }

    private static func part(
        _ node: PathTree.Node, depth: Int, _ tree: PathTree, _ size: [Int64], _ wasted: [Int64], _ layers: [Int],
        _ least: Int64
    ) -> ByteTree {
        var children: [ByteTree] = []
        var (restSize, restWasted, restLayer) = (Int64(0), Int64(0), 0)
        var hasChildren = false
        if depth < depthLimit {
            tree.forEachChild(of: node) { child in
                hasChildren = true
                if size[Int(child)] >= least {
                    children.append(part(child, depth: depth + 1, tree, size, wasted, layers, least))
                } else {
                    restSize += size[Int(child)]
                    restWasted += wasted[Int(child)]
                    restLayer = layers[Int(child)]
                }
            }
        }
        children.sort { ($1.size, $0.name) < ($0.size, $1.name) }
        if hasChildren, !children.isEmpty, restSize > 0 {
            children.append(
                ByteTree(name: "", size: restSize, wasted: restWasted, layer: restLayer, children: []))
        }
        return ByteTree(
            name: String(decoding: tree.name(of: node), as: UTF8.self), size: size[Int(node)],
            wasted: wasted[Int(node)], layer: layers[Int(node)], children: children)
    }
}

/// Finds the layer that has more than half of the bytes, if there is one, without a count for each layer.
private struct LayerVote {
    var layer: Int32 = 0
    var bytes: Int64 = 0

    mutating func add(_ other: Int32, _ count: Int64) {
        if other == layer {
            bytes += count
        } else if count >= bytes, count > 0 || bytes == 0 {
            layer = other
            bytes = count - bytes
        } else {
            bytes -= count
        }
    }
}
