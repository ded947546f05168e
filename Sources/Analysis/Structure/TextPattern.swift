/// A regular expression of a test, found anywhere in a text.
struct TextPattern {
    private let regex: Regex<AnyRegexOutput>

    /// Nil for what is no regular expression.
    init?(_ text: String) {
        guard let regex = try? Regex(Self.withBraces(text)) else { return nil }
        self.regex = regex.matchingSemantics(.unicodeScalar)
    }

    /// RE2 takes `\pL` for `\p{L}`.
    static func withBraces(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            result.append(scalar)
            guard scalar == "\\", let escaped = rest.popFirst() else { continue }
            result.append(escaped)
            guard escaped == "p" || escaped == "P", let name = rest.first, name.properties.isAlphabetic else {
                continue
            }
            rest.removeFirst()
            result.append(contentsOf: "{\(name)}".unicodeScalars)
        }
        return String(result)
    }

    func isIn(_ text: String) -> Bool { (try? regex.firstMatch(in: text)) != nil }

    /// Why a text does not have what is expected, or has what is not.
    static func errors(_ text: String, in what: String, expected: [String], excluded: [String]) -> [String] {
        var errors: [String] = []
        for (patterns, isExpected) in [(expected, true), (excluded, false)] {
            for source in patterns {
                guard let pattern = TextPattern(source) else {
                    errors.append("\"\(source)\" is no valid regular expression")
                    continue
                }
                guard pattern.isIn(text) != isExpected else { continue }
                errors.append(
                    isExpected
                        ? "expected \"\(source)\" is not in \(what): \(excerpt(text))"
                        : "excluded \"\(source)\" is in \(what): \(excerpt(text))")
            }
        }
        return errors
    }

    private static func excerpt(_ text: String) -> String {
        text.isEmpty ? "it is empty" : "\"\(text.prefix(400))\(text.count > 400 ? "…" : "")\""
    }
}
