/// Reads the dialect of regular expressions that Docker's rewriting of ignore patterns can produce.
///
/// Go's syntax is followed, with one omission: the Unicode classes `\p{…}` are refused.
struct IgnoreExpressionParser {
    private var rest: ArraySlice<Unicode.Scalar>
    private var items: [IgnoreExpression.Item] = []
    private var literal: [UInt8] = []

    /// The items of an expression; `nil` when Go would refuse it.
    static func parse(_ expression: String.UnicodeScalarView) -> [IgnoreExpression.Item]? {
        var parser = IgnoreExpressionParser(rest: Array(expression)[...])
        return parser.parseItems() ? parser.items : nil
    }

    private init(rest: ArraySlice<Unicode.Scalar>) {
        self.rest = rest
    }

    private mutating func parseItems() -> Bool {
        while let scalar = rest.popFirst() {
            switch scalar {
            case "^": append(.start)
            case "$": append(.end)
            case "(":
                // The only group there is: `(.*/)?`.
                guard rest.starts(with: ".*/)?".unicodeScalars) else { return false }
                rest = rest.dropFirst(5)
                append(.directories)
            case ".": appendSet(.notNewline)
            case "[":
                guard let set = parseClass() else { return false }
                appendSet(set)
            case "\\":
                guard parseEscapedItem() else { return false }
            default: appendLiteral(scalar.value)
            }
        }
        flush()
        return true
    }

    private mutating func append(_ item: IgnoreExpression.Item) {
        flush()
        // The expression is matched as a whole, so the outer anchors say nothing.
        if case .start = item, items.isEmpty { return }
        if case .end = item, rest.isEmpty { return }
        items.append(item)
    }

    private mutating func appendSet(_ set: IgnoreExpression.CharacterSet) {
        if rest.first == "*" {
            rest.removeFirst()
            append(.many(set))
        } else {
            append(.one(set))
        }
    }

    private mutating func appendLiteral(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value) else { return }
        literal += Array(String(Character(scalar)).utf8)
    }

    private mutating func flush() {
        guard !literal.isEmpty else { return }
        items.append(.literal(literal))
        literal = []
    }

    /// What stands behind a backslash outside a class.
    private mutating func parseEscapedItem() -> Bool {
        switch rest.first {
        case "A": append(.start)
        case "z": append(.end)
        case "b": append(.wordBoundary(true))
        case "B": append(.wordBoundary(false))
        case "Q":
            rest.removeFirst()
            while let scalar = rest.popFirst() {
                if scalar == "\\" && rest.first == "E" {
                    rest.removeFirst()
                    break
                }
                appendLiteral(scalar.value)
            }
            return true
        case let letter?:
            if let set = Self.letterClass(letter) {
                rest.removeFirst()
                appendSet(set)
                return true
            }
            guard let value = parseEscapedCharacter() else { return false }
            appendLiteral(value)
            return true
        case nil: return false
        }
        rest.removeFirst()
        return true
    }

    /// A class, behind its `[`.
    private mutating func parseClass() -> IgnoreExpression.CharacterSet? {
        var set = IgnoreExpression.CharacterSet()
        if rest.first == "^" {
            rest.removeFirst()
            set.negated = true
        }
        var first = true
        while let scalar = rest.first {
            if scalar == "]" && !first {
                rest.removeFirst()
                return set
            }
            first = false
            if scalar == "[", rest.dropFirst().first == ":", let end = Self.endOfName(rest) {
                let name = String(String.UnicodeScalarView(rest[(rest.startIndex + 2)..<end]))
                guard let ranges = Self.namedClass(name) else { return nil }
                set.ranges += ranges
                rest = rest[(end + 2)...]
                continue
            }
            if scalar == "\\", let letter = rest.dropFirst().first, let letterSet = Self.letterClass(letter) {
                rest = rest.dropFirst(2)
                set.ranges += letterSet.negated ? Self.complement(letterSet.ranges) : letterSet.ranges
                continue
            }
            guard let low = parseClassCharacter() else { return nil }
            var high = low
            if rest.first == "-", let next = rest.dropFirst().first, next != "]" {
                rest.removeFirst()
                guard let end = parseClassCharacter(), end >= low else { return nil }
                high = end
            }
            set.ranges.append(low...high)
        }
        return nil
    }

    private mutating func parseClassCharacter() -> UInt32? {
        guard let scalar = rest.popFirst() else { return nil }
        return scalar == "\\" ? parseEscapedCharacter() : scalar.value
    }

    /// The character that an escape stands for, behind its backslash.
    private mutating func parseEscapedCharacter() -> UInt32? {
        guard let scalar = rest.popFirst() else { return nil }
        switch scalar {
        case "a": return 0x07
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        case "0"..."7":
            let isOctal = { (next: Unicode.Scalar?) in next.map { ("0"..."7").contains($0) } ?? false }
            // A single digit other than 0 would be a back reference, which Go does not have.
            if scalar != "0" && !isOctal(rest.first) { return nil }
            var value = scalar.value - 0x30
            for _ in 0..<2 {
                guard isOctal(rest.first), let digit = rest.popFirst() else { break }
                value = value * 8 + digit.value - 0x30
            }
            return value
        case "x":
            let digits = String(String.UnicodeScalarView(rest.prefix(2)))
            guard digits.count == 2, let value = UInt32(digits, radix: 16), digits.first != "+" else { return nil }
            rest = rest.dropFirst(2)
            return value
        default:
            guard scalar.isASCII, !scalar.properties.isAlphabetic else { return nil }
            return ("0"..."9").contains(scalar) ? nil : scalar.value
        }
    }

    private static func endOfName(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        var index = text.startIndex + 2
        while index + 1 < text.endIndex {
            if text[index] == ":" && text[index + 1] == "]" { return index }
            index += 1
        }
        return nil
    }

    private static func letterClass(_ letter: Unicode.Scalar) -> IgnoreExpression.CharacterSet? {
        switch letter {
        case "d", "D": .init(negated: letter == "D", ranges: [0x30...0x39])
        case "s", "S": .init(negated: letter == "S", ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
        case "w": .word
        case "W": .init(negated: true, ranges: IgnoreExpression.CharacterSet.word.ranges)
        default: nil
        }
    }

    private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if next < range.lowerBound { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        result.append(next...0x10FFFF)
        return result
    }

    private static func namedClass(_ name: String) -> [ClosedRange<UInt32>]? {
        let negated = name.hasPrefix("^")
        let ranges: [ClosedRange<UInt32>]
        switch negated ? String(name.dropFirst()) : name {
        case "alnum": ranges = [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
        case "alpha": ranges = [0x41...0x5A, 0x61...0x7A]
        case "ascii": ranges = [0x00...0x7F]
        case "blank": ranges = [0x09...0x09, 0x20...0x20]
        case "cntrl": ranges = [0x00...0x1F, 0x7F...0x7F]
        case "digit": ranges = [0x30...0x39]
        case "graph": ranges = [0x21...0x7E]
        case "lower": ranges = [0x61...0x7A]
        case "print": ranges = [0x20...0x7E]
        case "punct": ranges = [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
        case "space": ranges = [0x09...0x0D, 0x20...0x20]
        case "upper": ranges = [0x41...0x5A]
        case "word": ranges = IgnoreExpression.CharacterSet.word.ranges
        case "xdigit": ranges = [0x30...0x39, 0x41...0x46, 0x61...0x66]
        default: return nil
        }
        return negated ? complement(ranges) : ranges
    }
}
