import Analysis
import OCI

/// A tree of bytes as a page shows it: names that can be read, chains of directories in one.
struct ByteTreeView: Encodable {
    let name: String
    let size: Int64
    let wasted: Int64
    let layer: Int
    let children: [ByteTreeView]

    init(_ tree: ByteTree, isRoot: Bool = true) {
        // usr/share/doc as one: a directory with a single directory in it says nothing by itself.
        var tree = tree
        var names = [tree.name]
        while !isRoot, tree.children.count == 1, let only = tree.children.first, !only.name.isEmpty {
            names.append(only.name)
            tree = only
        }
        name = isRoot ? "/" : names == [""] ? "smaller files" : OneLine.text(names.joined(separator: "/"))
        size = tree.size
        wasted = tree.wasted
        layer = tree.layer
        children = tree.children.map { ByteTreeView($0, isRoot: false) }
    }

    private enum CodingKeys: String, CodingKey {
        case name = "n", size = "s", wasted = "w", layer = "l", children = "c"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encode(size, forKey: .size)
        if wasted > 0 { try fields.encode(wasted, forKey: .wasted) }
        try fields.encode(layer, forKey: .layer)
        if !children.isEmpty { try fields.encode(children, forKey: .children) }
    }

    /// The data of a page's pictures.
    static func data(_ trees: [ByteTreeView]) throws -> String {
        String(decoding: try CanonicalJSON.encode(trees), as: UTF8.self)
    }
}
