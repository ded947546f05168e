import Glibc

/// The order of paths in a tree: component by component, names as bytes, a directory before what it holds.
///
/// It is the order of a depth-first walk, and of the entries in a layer. It is not the order of the whole strings:
/// `a/b` comes before `a.b`.
public enum PathOrder {
    /// Whether path `a` comes before path `b`.
    public static func isBefore(_ a: PathBytes, _ b: PathBytes) -> Bool {
        compare(a, b) < 0
    }

    /// Whether name `a` comes before name `b`.
    static func isBefore(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                guard let first = a.baseAddress, let second = b.baseAddress else { return a.count < b.count }
                let order = memcmp(first, second, min(a.count, b.count))
                return order == 0 ? a.count < b.count : order < 0
            }
        }
    }

    /// Negative when `a` comes before `b`, positive when behind, 0 when they are equal.
    static func compare(_ a: PathBytes, _ b: PathBytes) -> Int {
        for (x, y) in zip(a, b) where x != y {
            // A slash ends a component, and what ends first comes first.
            if x == 0x2F { return -1 }
            if y == 0x2F { return 1 }
            return x < y ? -1 : 1
        }
        return a.count - b.count
    }

    /// Whether `path` lies below `directory` (not: is it). Everything lies below the empty path.
    public static func isBelow(_ path: PathBytes, _ directory: PathBytes) -> Bool {
        if directory.isEmpty { return !path.isEmpty }
        return path.count > directory.count && path[directory.count] == 0x2F && path.starts(with: directory)
    }
}
