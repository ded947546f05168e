/// apk-tools' order: `digits(.digits)*[letter](_suffix[number])*[~hash][-rN]`.
///
/// Two versions are read token by token as long as these are equal. What comes next then decides: the later a kind of token
/// may stand, the older is the version that has it. Text that is no version is read up to what cannot be: there it is
/// older than anything that goes on, and the same as other text that cannot go on there either.
enum AlpineVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        var (left, right) = (Reader(rest: left), Reader(rest: right))
        while true {
            let (token, other) = (left.next(), right.next())
            if token.place != other.place { return token.place < other.place ? -1 : 1 }
            let difference = order(token.value, other.value)
            if difference != 0 || token.place == .end || token.place == .invalid { return difference }
        }
    }

    /// What may come next.
    private enum Kind: Int, Comparable {
        case invalid = -1
        case component, digits, letter, suffix, suffixNumber, hash, revision, end

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    /// What came, the oldest first.
    private enum Place: Int, Comparable {
        case invalid, emptyComponent, suffixBeforeRelease, end, revision, hash, suffixNumber, suffix, letter, digits,
            component

        static func < (left: Place, right: Place) -> Bool { left.rawValue < right.rawValue }
    }

    private struct Token {
        var place: Place
        var value = Value.number(0)
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
        // Zeros in front of a component make it less than any that has none.
        case (.number, _): -1
        case (_, .number): 1
        case (.digits, .text): -1
        case (.text, .digits): 1
        }
    }

    private struct Reader {
        var rest: VersionBytes
        var kind = Kind.digits

        mutating func next() -> Token {
            let token = take()
            if kind != .end && kind != .invalid && !isAfterZeros { advance() }
            isAfterZeros = false
            return token
        }

        /// The digits of a component follow the zeros that it starts with, and may be none.
        private var isAfterZeros = false

        init(rest: VersionBytes) { self.rest = rest }

        private mutating func take() -> Token {
            switch kind {
            case .invalid: return Token(place: .invalid)
            case .end: return Token(place: .end)
            case .component:
                // Components that start with 0 are ordered as text: the more zeros, the less.
                let zeros = rest.take { $0 == UInt8(ascii: "0") }.count
                if zeros > 0 {
                    if !rest.isEmpty { (kind, isAfterZeros) = (.digits, true) }
                    return Token(place: .component, value: .number(-zeros))
                }
                let digits = rest.take(while: \.isDigit)
                return digits.isEmpty
                    ? Token(place: .emptyComponent) : Token(place: .component, value: .digits(digits))
            case .digits: return Token(place: .digits, value: .digits(rest.take(while: \.isDigit)))
            case .suffixNumber: return Token(place: .suffixNumber, value: .digits(rest.take(while: \.isDigit)))
            case .revision: return Token(place: .revision, value: .digits(rest.take(while: \.isDigit)))
            case .letter: return Token(place: .letter, value: .number(rest.popFirst().map(Int.init) ?? 0))
            case .hash: return Token(place: .hash, value: .text(rest.take { $0.isDigit || $0.isLowerLetter }))
            case .suffix:
                guard let suffix = takeSuffix() else {
                    kind = .invalid
                    return Token(place: .suffixBeforeRelease, value: .number(-100))
                }
                return Token(place: suffix < 0 ? .suffixBeforeRelease : .suffix, value: .number(suffix))
            }
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
            case (.digits, _) where first.isLowerLetter, (.component, _) where first.isLowerLetter: next = .letter
            case (.letter, _) where first.isDigit: next = .digits
            case (.suffix, _) where first.isDigit: next = .suffixNumber
            default:
                rest.removeFirst()
                switch first {
                case UInt8(ascii: "."): next = .component
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
                case (.component, .digits), (.suffix, .suffixNumber), (.digits, .letter): break
                default: next = .invalid
                }
            }
            kind = next
        }
    }
}
