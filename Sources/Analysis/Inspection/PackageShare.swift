import Inventory
import OCI

/// A package with the bytes that are its.
public struct PackageShare: Sendable {
    /// The package.
    public let package: Package
    /// The bytes of the layers' tars that its files take up, as far as the image shows them.
    public internal(set) var size: Int64 = 0
    /// The bytes of its files that were replaced or deleted.
    public internal(set) var wasted: Int64 = 0
    /// How many files it has that the image shows.
    public internal(set) var files: Int = 0
}

extension Ledger {
    /// Attributes files to packages: ``FileVersion/package`` is a position in the result, which has the packages that the
    /// image shows, then those that it hides.
    ///
    /// A file belongs to the distribution's package first, then to the one that lists it, then to the one whose directory
    /// is nearest.
    public mutating func attribute(to inventory: ImageInventory) -> [PackageShare] {
        let packages = inventory.packages + inventory.hiddenPackages
        var owners = PathOwners(count: tree.count)
        let order = packages.indices.sorted { left, right in
            let (first, second) = (packages[left].type.isOfDistribution, packages[right].type.isOfDistribution)
            return first == second ? left < right : first
        }
        for index in order {
            for owned in inventory.ownedFiles(of: packages[index]) {
                mark(owned, as: Int32(index), in: &owners)
            }
        }
        let resolved = owners.resolved(tree)
        setPackages { version in
            // Directories are in many packages' lists.
            let isShared = version.kind == .directory && !resolved.isInside[Int(version.node)]
            return isShared ? -1 : resolved.owner[Int(version.node)]
        }
        var shares = packages.map { PackageShare(package: $0) }
        for version in versions where version.package >= 0 {
            let index = Int(version.package)
            let waste = waste(of: version)
            shares[index].wasted += waste
            shares[index].size += version.stored - waste
            if version.state == .live, version.kind != .directory { shares[index].files += 1 }
        }
        return shares
    }

    private func mark(_ owned: OwnedFiles, as index: Int32, in owners: inout PathOwners) {
        switch owned {
        case .list(let paths):
            for path in paths.split(separator: 0x0A) {
                if let node = node(at: PathBytes(path)) { owners.own(node, index) }
            }
        case .directories(let paths):
            for path in paths.split(separator: 0x0A) {
                if let node = node(at: PathBytes(path)), node != PathTree.root { owners.ownTree(node, index) }
            }
        }
    }
}

/// Whose each path of a tree is.
private struct PathOwners {
    private var exact: [Int32]
    private var trees: [Int32]

    init(count: Int) {
        exact = [Int32](repeating: -1, count: count)
        trees = exact
    }

    /// The first to claim a path has it.
    mutating func own(_ node: PathTree.Node, _ owner: Int32) {
        if exact[Int(node)] < 0 { exact[Int(node)] = owner }
    }

    mutating func ownTree(_ node: PathTree.Node, _ owner: Int32) {
        if trees[Int(node)] < 0 { trees[Int(node)] = owner }
    }

    /// The owner of each path, and whether it is in a directory of its owner's.
    func resolved(_ tree: PathTree) -> (owner: [Int32], isInside: [Bool]) {
        var inherited = trees
        // A parent has a smaller number than its children.
        for node in 1..<max(1, tree.count) where inherited[node] < 0 {
            inherited[node] = inherited[Int(tree.parent(of: Int32(node)))]
        }
        return (zip(exact, inherited).map { $0 >= 0 ? $0 : $1 }, zip(exact, inherited).map { $0 < 0 && $1 >= 0 })
    }
}
