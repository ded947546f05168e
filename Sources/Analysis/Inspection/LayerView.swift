import OCI

/// The file tree of an image after one of its layers, and what changed since an earlier one.
public struct LayerView: Sendable {
    /// A place in the tree.
    public typealias Place = Int32

    /// What became of a file since the earlier layer.
    public enum Change: UInt8, Sendable, CaseIterable {
        /// Nothing.
        case unmodified
        /// It is new.
        case added
        /// It has been written again.
        case modified
        /// It is gone.
        case removed
    }

    private let ledger: Ledger
    /// The version at each place: the one that is shown, or the one that is gone; -1 for none.
    private var versions: [Int32]
    private var changes: [Change]
    /// The length of the contents at and below each place.
    private var sizes: [Int64]
    /// The bytes at and below each place that the whole image could do without.
    private var wasted: [Int64]
    /// Places with something at or below them that is to be seen.
    private var isSeen: [Bool]

    /// The root directory.
    public static let root: Place = 0

    /// The tree after the layer `top`, compared with the one after `bottom`; -1 for nothing.
    public init(_ ledger: Ledger, top: Int, since bottom: Int) {
        self.ledger = ledger
        let count = ledger.tree.count
        versions = [Int32](repeating: -1, count: count)
        changes = [Change](repeating: .unmodified, count: count)
        sizes = [Int64](repeating: 0, count: count)
        wasted = sizes
        isSeen = [Bool](repeating: false, count: count)
        var former = [Bool](repeating: false, count: count)
        func isShown(_ version: FileVersion, after layer: Int) -> Bool {
            switch version.state {
            case .whiteout, .ignored: false
            default:
                // One that ended in its own layer was never seen.
                Int(version.layer) <= layer && (version.endedBy < 0 || Int(version.endedBy) > layer)
            }
        }
        for (number, version) in ledger.versions.enumerated() where Int(version.layer) <= top {
            let node = Int(version.node)
            let now = isShown(version, after: top)
            if isShown(version, after: bottom) {
                former[node] = true
                if !now, versions[node] < 0 {
                    versions[node] = Int32(number)
                    changes[node] = .removed
                }
            }
            if now {
                versions[node] = Int32(number)
                changes[node] = Int(version.layer) <= bottom ? .unmodified : former[node] ? .modified : .added
            }
        }
        sum()
    }

    private mutating func sum() {
        for node in stride(from: versions.count - 1, through: 0, by: -1) {
            if versions[node] >= 0 {
                let version = ledger.versions[Int(versions[node])]
                if changes[node] != .removed { sizes[node] += version.size }
                wasted[node] += ledger.waste(of: version)
                // A directory that is only listed again, as parents are, has not changed.
                if version.kind == .directory, changes[node] == .modified { changes[node] = .unmodified }
            }
            guard node > 0 else { break }
            let parent = Int(ledger.tree.parent(of: Int32(node)))
            sizes[parent] += sizes[node]
            wasted[parent] += wasted[node]
        }
    }

    /// Shows only what is wanted, and the directories that it is in.
    public mutating func filter(_ isWanted: (_ place: Place, _ change: Change) -> Bool) {
        for node in stride(from: versions.count - 1, through: 0, by: -1) {
            if versions[node] >= 0, isWanted(Place(node), changes[node]) { isSeen[node] = true }
            if node > 0, isSeen[node] { isSeen[Int(ledger.tree.parent(of: Int32(node)))] = true }
        }
    }

    /// What is in a directory and to be seen.
    public func children(of place: Place) -> [Place] {
        var children: [Place] = []
        ledger.tree.forEachChild(of: place) { if isSeen[Int($0)] { children.append($0) } }
        return children
    }

    /// Has a directory something in it that is to be seen?
    public func hasChildren(_ place: Place) -> Bool {
        var found = false
        ledger.tree.forEachChild(of: place) { if isSeen[Int($0)] { found = true } }
        return found
    }

    /// The last name of the path.
    public func name(of place: Place) -> PathBytes { PathBytes(ledger.tree.name(of: place)) }
    /// The path.
    public func path(of place: Place) -> PathBytes { ledger.tree.path(of: place) }
    /// The directory that it is in.
    public func parent(of place: Place) -> Place { ledger.tree.parent(of: place) }
    /// The version there; nil for a directory that no layer lists.
    public func version(at place: Place) -> FileVersion? {
        let number = versions[Int(place)]
        return number < 0 ? nil : ledger.versions[Int(number)]
    }
    /// What became of it. A directory is modified when something in it is not as it was.
    public func change(at place: Place) -> Change { changes[Int(place)] }
    /// The length of the contents there and below.
    public func size(of place: Place) -> Int64 { sizes[Int(place)] }
    /// The bytes there and below that the whole image could do without.
    public func wasted(at place: Place) -> Int64 { wasted[Int(place)] }
}
