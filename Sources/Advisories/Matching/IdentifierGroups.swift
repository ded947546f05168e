/// Statements that are about the same vulnerability, whatever each calls it.
struct IdentifierGroups {
    private var parents: [String: String] = [:]

    /// The name that stands for all names of a vulnerability.
    mutating func representative(_ id: String) -> String {
        var root = id
        while let parent = parents[root], parent != root { root = parent }
        // Shorten the way for the next time.
        var step = id
        while let parent = parents[step], parent != root {
            parents[step] = root
            step = parent
        }
        return root
    }

    /// Notes that the names mean the same.
    mutating func join(_ ids: [String]) {
        guard let first = ids.first else { return }
        let root = representative(first)
        parents[root] = root
        for id in ids.dropFirst() { parents[representative(id)] = root }
    }

    /// The order in which a name is shown: CVEs first, then GitHub's, then the rest; the older first.
    static func isShownBefore(_ left: String, _ right: String) -> Bool {
        let ranks = (rank(left), rank(right))
        if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
        return left.utf8.count != right.utf8.count && ranks.0 == 0 && left.prefix(8) == right.prefix(8)
            ? left.utf8.count < right.utf8.count : left < right
    }

    private static func rank(_ id: String) -> Int {
        if id.hasPrefix("CVE-") { return 0 }
        return id.hasPrefix("GHSA-") ? 1 : 2
    }
}
