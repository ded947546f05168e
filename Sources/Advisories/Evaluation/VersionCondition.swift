/// Conditions on versions as ecosystems write them, as intervals.
///
/// `>= 1.0, < 2.0`, `^1.2 || ~2.3`, `1.x`, `1.0 - 1.4` (npm and others), `~> 2.1` (RubyGems), `[1.0,2.0)` (Maven). Conditions
/// side by side must all hold; those separated by `||` are alternatives.
enum VersionCondition {
    /// The intervals of a condition; nil for what cannot be read.
    static func intervals(_ text: String) -> [VersionInterval]? {
        guard text.utf8.count <= 4096 else { return nil }
        var result: [VersionInterval] = []
        for alternative in alternatives(text) {
            if let first = alternative.first(where: { $0 != " " }), first == "[" || first == "(" {
                guard let bracketed = bracketed(alternative) else { return nil }
                result += bracketed
                continue
            }
            guard let interval = conjunction(alternative) else { return nil }
            result.append(interval)
        }
        return result
    }

    private static func alternatives(_ text: String) -> [String] {
        var parts = [""]
        var bars = 0
        for character in text {
            if character == "|" {
                bars += 1
                if bars == 1 { parts.append("") }
            } else {
                bars = 0
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    // MARK: - Maven's brackets

    private static func bracketed(_ text: String) -> [VersionInterval]? {
        var rest = Substring(text.filter { $0 != " " })
        var result: [VersionInterval] = []
        while let open = rest.first {
            if open == "," {
                rest.removeFirst()
                continue
            }
            guard open == "[" || open == "(", let end = rest.firstIndex(where: { $0 == "]" || $0 == ")" }) else {
                return nil
            }
            let isClosed = rest[end] == "]"
            let bounds = rest[rest.index(after: rest.startIndex)..<end]
                .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            func bound(_ text: String, isInside: Bool) -> VersionInterval.Bound? {
                text.isEmpty ? nil : VersionInterval.Bound(text, isInside: isInside)
            }
            switch bounds.count {
            case 1: result.append(exactly(bounds[0]))
            case 2:
                result.append(
                    VersionInterval(
                        lower: bound(bounds[0], isInside: open == "["), upper: bound(bounds[1], isInside: isClosed)))
            default: return nil
            }
            rest = rest[rest.index(after: end)...]
        }
        return result
    }

    // MARK: - Operators

    private static let operators = ["~>", ">=", "<=", "==", "!=", ">", "<", "=", "^", "~"]

    /// Operators and versions, however they are spaced.
    private static func words(_ text: String) -> [String] {
        var spaced = ""
        for character in text {
            if character == "," {
                spaced.append(" ")
            } else {
                spaced.append(character)
                if "<>=^~!".contains(character) { spaced.append("\u{1}") }
            }
        }
        // An operator belongs to the version after it, blanks between them or not.
        var words: [String] = []
        var isOpen = false
        for part in spaced.split(separator: " ") {
            let word = part.filter { $0 != "\u{1}" }
            if isOpen { words[words.count - 1] += word } else { words.append(word) }
            isOpen = part.last == "\u{1}"
        }
        return words
    }

    private static func conjunction(_ text: String) -> VersionInterval? {
        var words = words(text)
        if let hyphen = words.firstIndex(of: "-"), hyphen > 0, hyphen + 1 < words.count {
            words.replaceSubrange(
                (hyphen - 1)...(hyphen + 1), with: [">=" + words[hyphen - 1], "<=" + words[hyphen + 1]])
        }
        var result = VersionInterval(lower: nil, upper: nil)
        for word in words {
            guard let interval = condition(word) else { return nil }
            // The last bound of a kind counts, except that nobody writes two of one.
            if let lower = interval.lower { result.lower = lower }
            if let upper = interval.upper { result.upper = upper }
        }
        return result
    }

    private static func condition(_ word: String) -> VersionInterval? {
        let symbol = operators.first { word.hasPrefix($0) } ?? ""
        let version = String(word.dropFirst(symbol.count))
        if version.isEmpty { return nil }
        let wildcard = wildcardPrefix(version)
        switch symbol {
        case ">=":
            return VersionInterval(lower: .init(wildcard.map(padded) ?? version, isInside: true), upper: nil)
        case ">": return VersionInterval(lower: .init(version, isInside: false), upper: nil)
        case "<": return VersionInterval(lower: nil, upper: .init(wildcard.map(padded) ?? version, isInside: false))
        case "<=":
            if let wildcard {
                return VersionInterval(lower: nil, upper: next(wildcard).map { .init($0, isInside: false) })
            }
            return VersionInterval(lower: nil, upper: .init(version, isInside: true))
        case "~>":
            let numbers = leadingNumbers(version)
            return VersionInterval(
                lower: .init(version, isInside: true),
                upper: next(Array(numbers.count > 1 ? numbers.dropLast() : numbers[...])).map {
                    .init($0, isInside: false)
                })
        case "^": return span(from: version, keeping: caretCount(leadingNumbers(version)))
        case "~": return span(from: version, keeping: min(2, leadingNumbers(version).count))
        case "!=": return nil
        default:
            if let wildcard {
                if wildcard.isEmpty { return VersionInterval(lower: nil, upper: nil) }
                return VersionInterval(
                    lower: .init(padded(wildcard), isInside: true),
                    upper: next(wildcard).map { .init($0, isInside: false) })
            }
            return exactly(version)
        }
    }

    private static func exactly(_ version: String) -> VersionInterval {
        VersionInterval(lower: .init(version, isInside: true), upper: .init(version, isInside: true))
    }

    private static func span(from version: String, keeping count: Int) -> VersionInterval {
        VersionInterval(
            lower: .init(version, isInside: true),
            upper: next(Array(leadingNumbers(version).prefix(count))).map { .init($0, isInside: false) })
    }

    /// A caret keeps everything up to the first number that is not 0.
    private static func caretCount(_ numbers: [String]) -> Int {
        let index = numbers.firstIndex { $0.contains { $0 != "0" } }
        return index.map { $0 + 1 } ?? max(1, numbers.count)
    }

    /// `1.2` of `1.2.x`; nothing of `*`; nil for a version without wildcards.
    private static func wildcardPrefix(_ version: String) -> [String]? {
        let text = version.first == "v" ? String(version.dropFirst()) : version
        var numbers: [String] = []
        for part in text.split(separator: ".") {
            if part == "x" || part == "X" || part == "*" { return numbers }
            guard part.utf8.allSatisfy(\.isDigit) else { return nil }
            numbers.append(String(part))
        }
        return nil
    }

    private static func leadingNumbers(_ version: String) -> [String] {
        let text = version.first == "v" ? version.dropFirst() : version[...]
        var numbers: [String] = []
        for part in text.split(separator: ".") {
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { break }
            numbers.append(String(digits))
            if digits.count < part.count { break }
        }
        return numbers
    }

    private static func padded(_ numbers: [String]) -> String {
        (numbers + Array(repeating: "0", count: max(0, 3 - numbers.count))).joined(separator: ".")
    }

    /// The version after all that begin with the numbers; nil when they have no successor that fits.
    private static func next(_ numbers: [String]) -> String? {
        guard let last = numbers.last, let value = Int(last), value < Int.max else { return nil }
        return (numbers.dropLast() + [String(value + 1)]).joined(separator: ".")
    }
}
