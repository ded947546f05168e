import OCI

/// The paths of an image as a tree of names. Nodes are never removed, only what is at them changes, so that every version of
/// a file finds its path by number.
///
/// Flat arrays: a path costs some forty bytes and its last name, which is what keeps images of millions of files small.
struct PathTree: Sendable {
    /// The number of a node; 0 is the root directory.
    typealias Node = Int32
    static let root: Node = 0

    private var parents: [Node] = [-1]
    private var names: [UInt8] = []
    private var nameStarts: [Int] = [0]
    private var nameLengths: [Int32] = [0]
    private var firstChild: [Node] = [-1]
    private var nextSibling: [Node] = [-1]
    /// Open addressing over all nodes but the root.
    private var table = [Node](repeating: -1, count: 1024)

    /// How many nodes there are.
    var count: Int { parents.count }

    func parent(of node: Node) -> Node { parents[Int(node)] }

    /// The children that a node ever had, in no order.
    func forEachChild(of node: Node, _ body: (Node) -> Void) {
        var child = firstChild[Int(node)]
        while child >= 0 {
            body(child)
            child = nextSibling[Int(child)]
        }
    }

    /// The node of that name in a directory; nil when there never was one.
    func child(_ name: ArraySlice<UInt8>, of parent: Node) -> Node? {
        let found = table[slot(name, parent)]
        return found < 0 ? nil : found
    }

    /// The node of that name in a directory, made if there is none.
    mutating func makeChild(_ name: ArraySlice<UInt8>, of parent: Node) -> Node {
        if parents.count * 2 > table.count { grow() }
        let slot = slot(name, parent)
        if table[slot] >= 0 { return table[slot] }
        let node = Node(parents.count)
        parents.append(parent)
        nameStarts.append(names.count)
        nameLengths.append(Int32(name.count))
        names.append(contentsOf: name)
        firstChild.append(-1)
        nextSibling.append(firstChild[Int(parent)])
        firstChild[Int(parent)] = node
        table[slot] = node
        return node
    }

    /// The last name of a node's path; empty for the root.
    func name(of node: Node) -> ArraySlice<UInt8> {
        let start = nameStarts[Int(node)]
        return names[start..<start + Int(nameLengths[Int(node)])]
    }

    /// The path relative to the root directory, which is itself empty.
    func path(of node: Node) -> PathBytes {
        var chain: [Node] = []
        var next = node
        while next > 0 {
            chain.append(next)
            next = parents[Int(next)]
        }
        var path: PathBytes = []
        for node in chain.reversed() {
            if !path.isEmpty { path.append(UInt8(ascii: "/")) }
            path.append(contentsOf: name(of: node))
        }
        return path
    }

    // MARK: Table

    /// Where the node is, or would be. The hash is seeded anew in each process: nobody can make an archive of collisions.
    private func slot(_ name: ArraySlice<UInt8>, _ parent: Node) -> Int {
        var hasher = Hasher()
        hasher.combine(parent)
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
        let mask = table.count - 1
        var slot = hasher.finalize() & mask
        while true {
            let node = table[slot]
            if node < 0 || (parents[Int(node)] == parent && self.name(of: node) == name) { return slot }
            slot = (slot + 1) & mask
        }
    }

    private mutating func grow() {
        table = [Node](repeating: -1, count: table.count * 2)
        for node in 1..<parents.count {
            table[slot(name(of: Node(node)), parents[node])] = Node(node)
        }
    }
}
