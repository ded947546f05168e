import LayerFormat
import OCI

/// Stacks layers, the lowest first, as an unpacker would: what each member replaces and deletes.
///
/// Nothing in a layer makes it take more than a time in proportion to the layer: a tree that is hidden is walked once a layer.
public struct LedgerBuilder: Sendable {
    private(set) var tree = PathTree()
    private(set) var versions: [FileVersion] = []
    private(set) var links: [UInt8] = []
    private(set) var layers: [Ledger.Layer] = []
    private(set) var firstVersions: [Int] = []
    /// What is at each node: a version, or nothing.
    private var live: [Int32] = [-1]
    /// How many live versions there are at and below each node.
    private var below: [Int32] = [0]
    /// The last layer in which everything from below was taken away at the node.
    private var cleared: [Int32] = [-1]

    /// No layers yet.
    public init() {}

    /// What the layers come to.
    public func ledger() -> Ledger { Ledger(self) }

    /// Puts a layer on top of those before.
    public mutating func add(_ contents: LayerContents, compressedSize: Int64, origin: LayerAttribution) {
        let layer = Int32(layers.count)
        layers.append(
            Ledger.Layer(
                size: contents.size, compressedSize: compressedSize, trailer: contents.trailer, origin: origin))
        firstVersions.append(versions.count)
        versions.reserveCapacity(versions.count + contents.members.count)
        for member in contents.members {
            let number = Int32(versions.count)
            var version = FileVersion(
                node: -1, layer: layer, content: number, state: .ignored, kind: member.kind, mode: member.mode,
                uid: member.uid, gid: member.gid, size: member.size, stored: member.stored, digest: member.digest,
                link: links.count..<links.count)
            let target = contents.link(of: member)
            if member.kind == .symlink {
                links += target
                version.link = version.link.lowerBound..<links.count
            }
            versions.append(version)
            place(number, PathBytes(contents.name(of: member)), target: target)
        }
    }

    private mutating func place(_ number: Int32, _ name: PathBytes, target: ArraySlice<UInt8>) {
        guard let path = RootedPath.normalized(name) else { return ignore(number, name) }
        let (parentPath, last) = RootedPath.split(path)
        let layer = versions[Int(number)].layer
        guard let meaning = try? Whiteout.meaning(of: PathBytes(last)) else { return ignore(number, name) }
        guard let parent = makeDirectory(parentPath) else { return ignore(number, name) }
        switch meaning {
        case .file: break
        case .opaque:
            settle(number, .whiteout, at: makeNode(last, of: parent))
            return clear(parent, below: layer, itself: false)
        case .deletes(let name):
            settle(number, .whiteout, at: makeNode(last, of: parent))
            guard let node = tree.child(name[...], of: parent) else { return }
            versions[Int(number)].hides = live[Int(node)]
            return clear(node, below: layer, itself: true)
        case .ignored:
            return settle(number, .ignored, at: makeNode(last, of: parent))
        }
        let node = path.isEmpty ? PathTree.root : makeNode(last, of: parent)
        if versions[Int(number)].kind == .hardlink { link(number, to: PathBytes(target)) }
        put(number, at: node)
    }

    private mutating func settle(_ number: Int32, _ state: FileVersion.State, at node: PathTree.Node) {
        versions[Int(number)].state = state
        versions[Int(number)].node = node
    }

    /// Members that no unpacker makes a file of stay in the ledger under the name that the archive has.
    private mutating func ignore(_ number: Int32, _ name: PathBytes) {
        settle(number, .ignored, at: makeNode(name.prefix(4096), of: PathTree.root))
    }

    private mutating func link(_ number: Int32, to target: PathBytes) {
        versions[Int(number)].content = -1
        guard let node = node(at: target), live[Int(node)] >= 0 else { return }
        versions[Int(number)].content = versions[Int(live[Int(node)])].content
    }

    // MARK: What is at a path

    /// Puts a version where it belongs, in place of what is there.
    private mutating func put(_ number: Int32, at node: PathTree.Node) {
        let version = versions[Int(number)]
        let old = live[Int(node)]
        let isDirectory = version.kind == .directory
        if !isDirectory, below[Int(node)] > (old >= 0 ? 1 : 0) {
            end(below: node, of: .max, by: version.layer, state: .deleted)
        }
        if old >= 0 {
            let former = versions[Int(old)]
            let again = isDirectory && former.kind == .directory
            take(old, by: version.layer, state: again ? .listedAgain : .replaced)
            if version.kind == .file, former.content >= 0, version.size > 0 {
                let content = versions[Int(former.content)]
                if content.digest == version.digest, content.size == version.size {
                    versions[Int(number)].repeats = former.content
                }
            }
        }
        versions[Int(number)].node = node
        versions[Int(number)].state = .live
        live[Int(node)] = number
        count(node, 1)
        if version.content >= 0 { versions[Int(version.content)].names += 1 }
    }

    /// Takes a version away from its place.
    private mutating func take(_ number: Int32, by layer: Int32, state: FileVersion.State) {
        let node = versions[Int(number)].node
        versions[Int(number)].state = state
        versions[Int(number)].endedBy = layer
        live[Int(node)] = -1
        count(node, -1)
        let content = versions[Int(number)].content
        if content >= 0 { versions[Int(content)].names -= 1 }
    }

    private mutating func count(_ node: PathTree.Node, _ change: Int32) {
        var next = node
        while next >= 0 {
            below[Int(next)] += change
            next = tree.parent(of: next)
        }
    }

    /// What the layers below have at a node is gone, with everything in it.
    private mutating func clear(_ node: PathTree.Node, below layer: Int32, itself: Bool) {
        let number = live[Int(node)]
        if itself, number >= 0, versions[Int(number)].layer < layer { take(number, by: layer, state: .deleted) }
        guard cleared[Int(node)] < layer else { return }
        end(below: node, of: layer, by: layer, state: .deleted)
    }

    /// Takes away the versions of layers before `limit` in a directory, but not the directory.
    private mutating func end(
        below node: PathTree.Node, of limit: Int32, by layer: Int32, state: FileVersion.State
    ) {
        var pending = [node]
        while let node = pending.popLast() {
            if limit == layer { cleared[Int(node)] = layer }
            var children: [PathTree.Node] = []
            tree.forEachChild(of: node) { if below[Int($0)] > 0 { children.append($0) } }
            for child in children {
                let number = live[Int(child)]
                if number >= 0, versions[Int(number)].layer < limit { take(number, by: layer, state: state) }
                if below[Int(child)] > 0, limit != layer || cleared[Int(child)] < layer { pending.append(child) }
            }
        }
    }

    // MARK: Walking

    private mutating func makeNode(_ name: ArraySlice<UInt8>, of parent: PathTree.Node) -> PathTree.Node {
        let node = tree.makeChild(name, of: parent)
        if Int(node) == live.count {
            live.append(-1)
            below.append(0)
            cleared.append(-1)
        }
        return node
    }

    /// The directory of that path, made if need be, symbolic links followed inside the root; nil when there are too many of
    /// them.
    private mutating func makeDirectory(_ path: ArraySlice<UInt8>) -> PathTree.Node? {
        var walk = DirectoryWalk(path)
        while let part = walk.next() {
            let node = makeNode(part, of: walk.node)
            if let number = obstacle(at: node) {
                if walk.follow(target(of: number)) { continue }
                // Something below a file: the file has to go.
                guard versions[Int(number)].kind != .symlink else { return nil }
                take(number, by: versions[versions.count - 1].layer, state: .replaced)
            }
            walk.enter(node)
        }
        return walk.node
    }

    /// The directory of that path; nil when there never was one.
    private func directory(_ path: ArraySlice<UInt8>) -> PathTree.Node? {
        var walk = DirectoryWalk(path)
        while let part = walk.next() {
            guard let node = tree.child(part, of: walk.node) else { return nil }
            if let number = obstacle(at: node) {
                guard walk.follow(target(of: number)) else { return nil }
            } else {
                walk.enter(node)
            }
        }
        return walk.node
    }

    /// What is shown at a node that is no directory.
    private func obstacle(at node: PathTree.Node) -> Int32? {
        let number = live[Int(node)]
        return number >= 0 && versions[Int(number)].kind != .directory ? number : nil
    }

    private func target(of number: Int32) -> ArraySlice<UInt8>? {
        let version = versions[Int(number)]
        return version.kind == .symlink ? links[version.link] : nil
    }

    /// The node of a path, symbolic links in its directories followed; nil when there never was one.
    func node(at path: PathBytes) -> PathTree.Node? {
        guard let path = RootedPath.normalized(path) else { return nil }
        let (parent, name) = RootedPath.split(path)
        return directory(parent).flatMap { name.isEmpty ? $0 : tree.child(name, of: $0) }
    }

    /// What is shown at a node.
    func liveVersion(at node: PathTree.Node) -> Int? { live[Int(node)] < 0 ? nil : Int(live[Int(node)]) }

    /// Notes whose the paths are.
    mutating func setPackages(_ package: (FileVersion) -> Int32) {
        for index in versions.indices { versions[index].package = package(versions[index]) }
    }

    /// A walk down a path.
    private struct DirectoryWalk {
        private(set) var node = PathTree.root
        private var trail: [PathTree.Node] = []
        private var rest: [ArraySlice<UInt8>]
        private var links = 0

        init(_ path: ArraySlice<UInt8>) { rest = path.split(separator: RootedPath.slash).reversed() }

        /// The next name to look for in the current directory.
        mutating func next() -> ArraySlice<UInt8>? {
            while let part = rest.popLast() {
                if part == [0x2E] { continue }
                guard part == [0x2E, 0x2E] else { return part }
                // As for the kernel, the root is its own parent.
                node = trail.popLast() ?? PathTree.root
            }
            return nil
        }

        mutating func enter(_ directory: PathTree.Node) {
            trail.append(node)
            node = directory
        }

        /// Goes on at a symbolic link's target; false for what is none, and for more links than Linux follows.
        mutating func follow(_ target: ArraySlice<UInt8>?) -> Bool {
            links += 1
            guard let target, links <= 40, target.count < 4096 else { return false }
            if target.first == RootedPath.slash {
                node = PathTree.root
                trail = []
            }
            rest += target.split(separator: RootedPath.slash).reversed()
            return true
        }
    }
}
