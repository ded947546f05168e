import OCI

/// Finds Node's packages as Node does: in the nearest `node_modules` upwards that has the name, through symbolic links.
struct NodeModules {
    private var stack: LayerStack
    private let packages: [RecordedPackage]
    /// Packages by their record.
    private var positions: [PathBytes: Int] = [:]
    /// The hashes of the directories `node_modules` that hold something.
    private var folders: Set<UInt64> = []
    /// The folders that a package looks into, the nearest first.
    private var way: (package: Int, folders: [PathBytes]) = (-1, [])
    /// Bytes of paths that may still be looked up.
    private var budget = 256 << 20

    private static let name = Array("node_modules".utf8)

    init(_ packages: [RecordedPackage], _ stack: LayerStack) {
        self.stack = stack
        self.packages = packages
        for (position, package) in packages.enumerated() where package.package.type == .npm {
            positions[package.record] = position
            addFolders(on: package.record)
        }
        guard !positions.isEmpty else { return }
        for link in stack.links { addFolders(on: link) }
    }

    /// Was there more than is looked up?
    var isExhausted: Bool { budget <= 0 }

    private mutating func addFolders(on path: PathBytes) {
        var hash = PathHash()
        var start = 0
        for index in 0...path.count {
            if index == path.count || path[index] == UInt8(ascii: "/") {
                if path[start..<index].elementsEqual(Self.name) { folders.insert(hash.value) }
                start = index + 1
            }
            if index < path.count { hash.add(path[index]) }
        }
    }

    /// The package that another means by a name; nil when there is none.
    mutating func package(_ name: String, for package: Int) -> Int? {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= (name.hasPrefix("@") ? 2 : 1), parts.allSatisfy({ $0.first != UInt8(ascii: ".") }) else {
            return nil
        }
        if way.package != package { way = (package, ways(from: packages[package].record)) }
        for folder in way.folders {
            let record = folder + Array("/\(name)/package.json".utf8)
            budget -= record.count
            guard budget > 0 else { return nil }
            if let position = positions[stack.location(of: record)] { return position }
        }
        return nil
    }

    private func ways(from record: PathBytes) -> [PathBytes] {
        var found: [PathBytes] = []
        var hash = PathHash()
        var start = 0
        for index in 0..<record.count {
            // The directories on the way that are no such folder themselves, the root being the first.
            let isEnd = record[index] == UInt8(ascii: "/")
            if index == 0 || isEnd, !(isEnd && record[start..<index].elementsEqual(Self.name)) {
                let folder = (index == 0 ? [] : record[..<index] + [UInt8(ascii: "/")]) + Self.name
                var inner = hash
                for byte in folder[index...] { inner.add(byte) }
                if folders.contains(inner.value) { found.append(folder) }
            }
            if isEnd { start = index + 1 }
            hash.add(record[index])
        }
        return found.reversed()
    }
}
