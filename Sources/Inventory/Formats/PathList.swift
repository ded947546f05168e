import OCI

/// A list of paths as it is made from a package's record: from the root, a line feed after each.
///
/// A record can be short and name long paths often, so what is kept is bounded: the paths that exceed it belong to nobody.
struct PathList {
    private(set) var bytes: [UInt8] = []

    /// The kernel's limit for a path.
    private static let pathLimit = 4_096
    /// The lists of the largest packages, of documentation and kernels, have a few megabytes.
    private static let limit = 64 << 20

    /// Adds a path as it is.
    mutating func add(_ path: some Collection<UInt8>) {
        let count = path.count
        guard count <= Self.pathLimit, bytes.count + count < Self.limit else { return }
        bytes += path
        bytes.append(0x0A)
    }

    /// Adds a path that is written relative to a directory, unless it leads out of the root.
    mutating func add(_ name: some Collection<UInt8>, relativeTo base: ArraySlice<UInt8>) {
        if let path = Self.resolve(ArraySlice(name), in: base) { add(path) }
    }

    /// The directory that a path is in.
    static func parent(of path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        path[..<(path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex)]
    }

    /// The path from the root; nil when it leads out of it, or is none.
    static func resolve(_ name: ArraySlice<UInt8>, in base: ArraySlice<UInt8>) -> PathBytes? {
        guard !name.isEmpty else { return nil }
        let slash = UInt8(ascii: "/")
        var way = name.first == slash ? [] : base.split(separator: slash)
        for component in name.split(separator: slash) {
            if component.equals(".") { continue }
            if component.equals("..") {
                guard way.popLast() != nil else { return nil }
            } else {
                way.append(component)
            }
        }
        return way.isEmpty ? nil : PathBytes(way.joined(separator: [slash]))
    }
}
