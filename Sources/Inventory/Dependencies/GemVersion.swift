/// A version of a gem, as far as it matters for which of several is used: one with letters after all others.
struct GemVersion: Comparable {
    private let isRelease: Bool
    private let segments: [Int]

    init(_ text: String) {
        let parts = text.split(separator: ".")
        isRelease = parts.allSatisfy { Int($0) != nil }
        segments = parts.map { Int($0) ?? -1 }
    }

    static func < (lhs: GemVersion, rhs: GemVersion) -> Bool {
        if lhs.isRelease != rhs.isRelease { return rhs.isRelease }
        for index in 0..<max(lhs.segments.count, rhs.segments.count) {
            let left = lhs.segments.indices.contains(index) ? lhs.segments[index] : 0
            let right = rhs.segments.indices.contains(index) ? rhs.segments[index] : 0
            if left != right { return left < right }
        }
        return false
    }
}
