import Glibc
import OCI

/// Finds out which of a stack of unpacked layers the files below some path come from.
///
/// A file comes from the layer that gave it its content, not from one that wrote the same again, as `chown -R` does.
/// Only directories that several layers have are listed: what one layer alone has comes from there as a whole.
public struct LayerOrigins {
    /// What lies at a path, and below it as far as no longer path says otherwise, and the layer it comes from.
    public struct Entry: Hashable, Sendable {
        /// Absolute.
        public let path: PathBytes
        /// Counted from the lowest.
        public let layer: Int
    }

    /// Directories nested deeper are not looked into, and the search gives no answer.
    private static let depthLimit = 128

    private let directories: [String]
    private let entryLimit: Int
    private var visitsLeft: Int
    /// Of files that several layers have, what may still be read and compared.
    private var bytesLeft: Int64

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - directories: the layers in overlayfs' form, the lowest first.
    ///   - entryLimit: no answer takes more entries than this.
    ///   - visitLimit: how many names are looked up at most.
    ///   - byteLimit: how much is compared of files that several layers have; beyond it the highest layer counts.
    public init(
        directories: [String], entryLimit: Int = 2_000, visitLimit: Int = 200_000, byteLimit: Int64 = 512 << 20
    ) {
        self.directories = directories
        self.entryLimit = entryLimit
        visitsLeft = visitLimit
        bytesLeft = byteLimit
    }

    /// The origins of what lies at `path`, the entry of the path itself first.
    ///
    /// - Parameter path: absolute, without symbolic links on the way.
    /// - Returns: nil when there is nothing, or the answer would be too long.
    /// - Throws: ``LayerFormatError`` when a directory cannot be read.
    public mutating func find(_ path: PathBytes) throws -> [Entry]? {
        guard var directory = try LowerDirectory.root(directories) else { return nil }
        let components = path.split(separator: UInt8(ascii: "/")).map { PathBytes($0) }
        for (index, component) in components.enumerated() {
            switch try directory.child(component, path: path) {
            case .absent: return nil
            case .file(let status, let holder):
                guard index == components.count - 1,
                    let level = try directory.level(of: component, status, in: holder, path: path, budget: &bytesLeft)
                else { return nil }
                return [Entry(path: path, layer: level)]
            case .directory(_, let next): directory = next
            }
        }
        return try search(directory, at: path.elementsEqual("/".utf8) ? [] : path, depth: 0).map { found in
            [Entry(path: path, layer: found.layer)] + found.exceptions
        }
    }

    /// Where most of a directory comes from, and what in it comes from elsewhere.
    private mutating func search(
        _ directory: LowerDirectory, at path: PathBytes, depth: Int
    ) throws -> (layer: Int, exceptions: [Entry])? {
        guard let top = directory.levels.first else { return nil }
        if directory.levels.count == 1 { return (top, []) }
        guard depth < Self.depthLimit else { return nil }
        var children: [(path: PathBytes, layer: Int, exceptions: [Entry])] = []
        for name in try directory.names(path: path).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            visitsLeft -= 1
            guard visitsLeft > 0 else { return nil }
            let below = path + [UInt8(ascii: "/")] + name
            switch try directory.child(name, path: below) {
            case .absent: continue
            case .file(let status, let holder):
                if let level = try directory.level(of: name, status, in: holder, path: below, budget: &bytesLeft) {
                    children.append((below, level, []))
                }
            case .directory(_, let next):
                guard let found = try search(next, at: below, depth: depth + 1) else { return nil }
                children.append((below, found.layer, found.exceptions))
            }
        }
        var counts: [Int: Int] = [:]
        for child in children { counts[child.layer, default: 0] += 1 }
        // The highest of equally frequent ones, so that the answer does not depend on the order of a dictionary.
        let common = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? top
        var exceptions: [Entry] = []
        for child in children {
            if child.layer != common { exceptions.append(Entry(path: child.path, layer: child.layer)) }
            exceptions += child.exceptions
            guard exceptions.count <= entryLimit else { return nil }
        }
        return (common, exceptions)
    }
}
