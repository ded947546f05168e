/// Composer's versions in the order of PHP's `version_compare`.
///
/// To it, a part that begins with `#` is equal to every number and to nothing. Such text is a pattern more than a version:
/// `1.#` is both `1` and `1.2`, which are not the same. Over all other text the order is one.
enum ComposerVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (parts(left), parts(right))
        for index in 0..<max(left.count, right.count) {
            let part = index < left.count ? left[index] : []
            let other = index < right.count ? right[index] : []
            let difference =
                part.isNumber && other.isNumber
                ? part.numericOrder(other) : weight(part, beside: other) - weight(other, beside: part)
            if difference != 0 { return difference }
        }
        return 0
    }

    /// A part's place. That of nothing is after the stages before a release, so that their names make a version older,
    /// and before the numbers and patches that make it newer.
    private static func weight(_ part: VersionBytes, beside other: VersionBytes) -> Int {
        if part.isEmpty || part.first == anyNumber { return 4 }
        if part.isNumber { return other.first == anyNumber ? 4 : 5 }
        let stages: [(name: StaticString, weight: Int)] = [
            ("dev", 0), ("alpha", 1), ("a", 1), ("beta", 2), ("b", 2), ("rc", 3), ("pl", 6), ("p", 6),
        ]
        for stage in stages {
            var rest = part
            if rest.drop(prefix: stage.name) { return stage.weight }
        }
        return -1
    }

    private static let anyNumber = UInt8(ascii: "#")

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
