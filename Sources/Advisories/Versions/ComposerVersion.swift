/// Composer's versions in the order of PHP's `version_compare`.
enum ComposerVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (parts(left), parts(right))
        for (part, other) in zip(left, right) {
            let difference =
                part.isNumber && other.isNumber ? part.numericOrder(other) : weight(part) - weight(other)
            if difference != 0 { return difference }
        }
        // More numbers make a version newer; the name of a stage before the release makes it older.
        let difference = orderToNothing(left.dropFirst(right.count))
        return difference != 0 ? difference : -orderToNothing(right.dropFirst(left.count))
    }

    private static func orderToNothing(_ parts: ArraySlice<VersionBytes>) -> Int {
        for part in parts {
            let difference = part.isNumber ? 1 : weight(part) - releaseWeight
            if difference != 0 { return difference }
        }
        return 0
    }

    private static let releaseWeight = 4

    /// A stage's place; that of a number is between those before the release and the patches after it.
    private static func weight(_ part: VersionBytes) -> Int {
        if part.isNumber || part.first == UInt8(ascii: "#") { return releaseWeight }
        let stages: [(name: StaticString, weight: Int)] = [
            ("dev", 0), ("alpha", 1), ("a", 1), ("beta", 2), ("b", 2), ("rc", 3), ("pl", 5), ("p", 5),
        ]
        for stage in stages {
            var rest = part
            if rest.drop(prefix: stage.name) { return stage.weight }
        }
        return -1
    }

    /// Numbers and words: separated by `.`, `-`, `_` or `+`, or by the change from digits to letters.
    private static func parts(_ bytes: VersionBytes) -> [VersionBytes] {
        var rest = bytes.lowercase
        if rest.first == UInt8(ascii: "v") { rest.removeFirst() }
        var parts: [VersionBytes] = []
        while let first = rest.first {
            if isSeparator(first) {
                rest.removeFirst()
            } else if first.isDigit {
                parts.append(rest.take(while: \.isDigit))
            } else {
                parts.append(rest.take { !$0.isDigit && !isSeparator($0) })
            }
        }
        return parts
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"): true
        default: false
        }
    }
}
