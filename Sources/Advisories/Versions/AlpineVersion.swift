/// apk-tools' order: `digits(.digits)*[letter](_suffix[number])*[~hash][-rN]`.
///
/// Two versions are read token by token as long as these are equal. What comes next then decides: the later a kind of token
/// may stand, the older is the version that has it.
enum AlpineVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        var (left, right) = (Reader(rest: left), Reader(rest: right))
        while left.kind == right.kind, left.kind != .end, left.kind != .invalid {
            let difference = order(left.next(), right.next())
            if difference != 0 { return difference }
        }
        if left.kind == right.kind { return 0 }
        if left.isInvalid || right.isInvalid { return (left.isInvalid ? 0 : 1) - (right.isInvalid ? 0 : 1) }
        let (kind, otherKind) = (left.kind, right.kind)
        if left.kind == .suffix, case .number(let value) = left.next(), value < 0 { return -1 }
        if right.kind == .suffix, case .number(let value) = right.next(), value < 0 { return 1 }
        return kind > otherKind ? -1 : 1
    }

    /// In the order in which they may stand.
    private enum Kind: Int, Comparable {
        case invalid = -1
        case digitOrZero, digit, letter, suffix, suffixNumber, hash, revision, end

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    private enum Value {
        case number(Int)
        case digits(VersionBytes)
        case text(VersionBytes)
    }

    private static func order(_ left: Value, _ right: Value) -> Int {
        switch (left, right) {
        case (.number(let value), .number(let other)): value - other
        case (.digits(let digits), .digits(let others)): digits.numericOrder(others)
        case (.text(let text), .text(let other)): text.byteOrder(other)
        // Zeros in front are a negative number, which is less than any digits.
        case (.number(let value), _): value < 0 ? -1 : 1
        case (_, .number(let value)): value < 0 ? 1 : -1
        case (.digits, .text): -1
        case (.text, .digits): 1
        }
    }

    private struct Reader {
        var rest: VersionBytes
        var kind = Kind.digit

        /// What follows is no token, or a component without digits.
        var isInvalid: Bool {
            kind == .invalid || kind == .digitOrZero && rest.first?.isDigit != true
        }

        /// The token's value; `kind` is then what follows.
        mutating func next() -> Value {
            guard let first = rest.first else {
                kind = .end
                return .digits([])
            }
            var following: Kind?
            let value: Value
            switch kind {
            case .digitOrZero where first == UInt8(ascii: "0"):
                // Components that start with 0 are ordered as text: the more zeros, the less.
                value = .number(-rest.take { $0 == UInt8(ascii: "0") }.count)
                following = .digit
            case .digitOrZero, .digit, .suffixNumber, .revision:
                value = .digits(rest.take(while: \.isDigit))
            case .letter:
                value = .number(Int(rest.removeFirst()))
            case .hash:
                value = .text(rest.take { $0.isDigit || $0.isLowerLetter })
            case .suffix:
                guard let suffix = takeSuffix() else {
                    kind = .invalid
                    return .number(-100)
                }
                value = .number(suffix)
            case .invalid, .end:
                kind = .invalid
                return .number(-1)
            }
            if rest.isEmpty { kind = .end } else if let following { kind = following } else { advance() }
            return value
        }

        private mutating func takeSuffix() -> Int? {
            let suffixes: [(name: StaticString, value: Int)] = [
                ("alpha", -4), ("beta", -3), ("pre", -2), ("rc", -1), ("cvs", 1), ("svn", 2), ("git", 3), ("hg", 4),
                ("p", 5),
            ]
            for suffix in suffixes where rest.drop(prefix: suffix.name) { return suffix.value }
            return nil
        }

        private mutating func advance() {
            guard let first = rest.first else {
                kind = .end
                return
            }
            var next = Kind.invalid
            switch (kind, first) {
            case (.digit, _) where first.isLowerLetter, (.digitOrZero, _) where first.isLowerLetter: next = .letter
            case (.letter, _) where first.isDigit: next = .digit
            case (.suffix, _) where first.isDigit: next = .suffixNumber
            default:
                rest.removeFirst()
                switch first {
                case UInt8(ascii: "."): next = .digitOrZero
                case UInt8(ascii: "_"): next = .suffix
                case UInt8(ascii: "~"): next = .hash
                case UInt8(ascii: "-") where rest.first == UInt8(ascii: "r"):
                    rest.removeFirst()
                    next = rest.first?.isLetter == true ? .invalid : .revision
                default: break
                }
            }
            if next < kind {
                switch (next, kind) {
                case (.digitOrZero, .digit), (.suffix, .suffixNumber), (.digit, .letter): break
                default: next = .invalid
                }
            }
            kind = next
        }
    }
}
