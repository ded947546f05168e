import Testing

@testable import DockerfileSyntax

@Suite struct ExpansionTests {
    private let environment = ["V": "banana", "E": "", "P": "/a/b.tar.gz", "S": " x  y ", "L": "a\nb", "é": "ü"]

    @Test(arguments: [
        ("$V", "banana"), ("${V}", "banana"), ("a$V.b", "abanana.b"), ("$é", "ü"), ("\\$V", "$V"), ("'$V'", "$V"),
        ("\"$V\"", "banana"), ("\"\\$V \\x\"", "$V \\x"), ("$", "$"), ("$ ", "$ "), ("a\\", "a"),
        ("${U-d}${E-d}${U:-d}${E:-d}", "ddd"), ("${U+d}${E+d}${U:+d}${E:+d}", "d"), ("${V?m}${E?m}", "banana"),
        ("${P#*/}", "a/b.tar.gz"), ("${P##*/}", "b.tar.gz"), ("${P%.*}", "/a/b.tar"), ("${P%%.*}", "/a/b"),
        ("${V#b?n}", "ana"), ("${V%?}", "banan"), ("${V%%*}", ""), ("${V#x}", "banana"),
        ("${V/an/-}", "b-ana"), ("${V//an/-}", "b--a"), ("${V//a*n/-}", "b-a"), ("${V/*/-}", "-"), ("${V//*/-}", "-"),
        ("${V//?/x}", "xxxxxx"), ("${P/\\//-}", "-a/b.tar.gz"), ("${P//\\//-}", "-a-b.tar.gz"), ("${V//x/-}", "banana"),
        ("${E//x/-}", ""), ("${E//*/-}", "-"), ("${V///-}", "-b-a-n-a-n-a-"), ("${L//*/-}", "-\n-"), ("${L#*}", "a\nb"),
        ("${L##*}", "\nb"), ("${L%%*}", "a\n"), ("${U//x/y}", ""), ("${V//a/$E}", "bnn"),
        ("${V//a/$P}", "b/a/b.tar.gzn/a/b.tar.gzn/a/b.tar.gz"),
        ("${V//${V#bana}/X}", "baXX"), ("${U:-${U:-${V}}}", "banana"), ("${U:-'a b'}", "a b"),
        ("${U:-\"$V\"}", "banana"),
        ("$1$@$?$$", ""), ("$12a", "a"), ("${12}", ""), ("a<b<<c", "a<b<<c"),
    ])
    func expands(_ word: String, _ result: String) throws {
        #expect(try WordExpander(escape: "\\").expand(word, environment).result == result)
    }

    @Test(arguments: [
        ("'a", WordError.Reason.unterminatedSingleQuote, 0), ("x\"a", .unterminatedDoubleQuote, 1),
        ("x${", .missingBrace, 1), ("x${}", .badSubstitution, 1), ("${V", .unsupportedModifier("\u{FFFD}"), 0),
        ("a${V:=x}", .unsupportedModifier(":="), 1), ("${V^}", .unsupportedModifier("^"), 0),
        ("${V:#x}", .unsupportedModifier(":#"), 0), ("${V/x}", .missingSlash, 0), ("${V/x/", .missingBrace, 0),
        ("${U?}", .unset(name: "U", message: nil), 0), ("${U:?no $V}", .unset(name: "U", message: "no banana"), 0),
        ("${E:?}", .empty(name: "E", message: nil), 0), ("${V#\\x}", .invalidPattern(pattern: "\\x", escape: "x"), 0),
        ("${U:-${V!}}", .unsupportedModifier("!"), 5),
    ])
    func rejects(_ word: String, _ reason: WordError.Reason, _ offset: Int) {
        #expect(throws: WordError(word: word, reason: reason, offset: offset)) {
            try WordExpander(escape: "\\").expand(word, environment)
        }
    }

    @Test func messages() {
        let error = WordError(word: "a\"\t\u{1}\u{200B}é😀\u{E000}\u{10FFFF}", reason: .badSubstitution, offset: 0)
        #expect(
            error.description
                == #"failed to process "a\"\t\x01\u200bé😀\ue000\U0010ffff": syntax error: bad substitution"#)
    }

    @Test func modes() throws {
        let raw = WordExpander(escape: "\\", rawQuotes: true, rawEscapes: true, skipUnset: true)
        #expect(
            try raw.expand("'$V' \"$V$U\" \\$V $U ${U} ${U:-x} ${U/a/b}", environment).result
                == "'$V' \"banana$U\" \\$V $U ${U} ${U:-x} ${U/a/b}")
        let quotes = WordExpander(escape: "\\", ignoresQuotes: true)
        #expect(try quotes.expand("it's \"$V\" \\$V", environment).result == "it's \"banana\" $V")
        #expect(try WordExpander(escape: "`").expand("a\\$V`$V", environment).result == "a\\banana$V")
    }

    @Test func variables() throws {
        let expansion = try WordExpander(escape: "\\").expand("$V ${U:-$W} ${X+$V}", environment)
        #expect(expansion.matched == ["V"] && expansion.unmatched == ["U", "W", "X"])
    }

    @Test(
        arguments: [
            ("a  b", ["a", "b"], [0..<1, 3..<4]), (" 'a b'c \"\" d", ["a bc", "d"], [1..<7, 11..<12]),
            ("x$S.", ["x", "x", "y", "."], [0..<1, 1..<3, 1..<3, 3..<4]), ("a\\ b", ["a b"], [0..<4]),
            ("<< E x", ["<< E", "x"], [0..<4, 5..<6]),
            ("a${U:-b}c", ["abc"], [0..<9]), ("", [], []), ("$U", [], []),
        ] as [(String, [String], [Range<Int>])])
    func splits(_ text: String, _ words: [String], _ ranges: [Range<Int>]) throws {
        let split = try WordExpander(escape: "\\").split(text, environment).words
        #expect(split.map(\.text) == words)
        #expect(split.map(\.range) == ranges)
    }

    /// Compares with a matcher that tries every way to place the wildcards.
    @Test func patternsAgreeWithExhaustiveSearch() throws {
        var generator = SplitMix64(seed: 9)
        func random(_ scalars: String, _ maximum: Int) -> String {
            String(
                (0..<Int.random(in: 0...maximum, using: &generator)).map { _ in
                    scalars.randomElement(using: &generator) ?? "a"
                })
        }
        for _ in 0..<5000 {
            let pattern = random("aab*?*\n", 5)
            let text = random("aab\n", 8)
            let compiled = try ShellPattern(pattern)
            let reference = ExhaustivePattern(pattern: Array(pattern.unicodeScalars), text: Array(text.unicodeScalars))
            let comment = Comment(rawValue: "\(pattern.debugDescription) in \(text.debugDescription)")
            for greedy in [false, true] {
                let start =
                    reference.end(from: 0, greedy: greedy).map { String(text.unicodeScalars.dropFirst($0)) } ?? text
                #expect(compiled.trimming(text, atEnd: false, greedy: greedy) == start, comment)
                let mirrored = ExhaustivePattern(
                    pattern: pattern.unicodeScalars.reversed(), text: text.unicodeScalars.reversed())
                let end = mirrored.end(from: 0, greedy: greedy).map { String(text.unicodeScalars.dropLast($0)) } ?? text
                #expect(compiled.trimming(text, atEnd: true, greedy: greedy) == end, comment)
            }
            #expect(compiled.replacing(text, with: "X", all: true) == reference.replacing(all: true), comment)
            #expect(compiled.replacing(text, with: "X", all: false) == reference.replacing(all: false), comment)
        }
    }
}

/// Matches a pattern by backtracking; slow and plain.
struct ExhaustivePattern {
    var pattern: [Unicode.Scalar]
    var text: [Unicode.Scalar]

    func end(from position: Int, greedy: Bool) -> Int? { end(0, position, greedy) }

    private func end(_ index: Int, _ position: Int, _ greedy: Bool) -> Int? {
        guard index < pattern.count else { return position }
        switch pattern[index] {
        case "*":
            let limit = text[position...].firstIndex(of: "\n") ?? text.count
            let places = Array(position...limit)
            for place in greedy ? places.reversed() : places {
                if let end = end(index + 1, place, greedy) { return end }
            }
            return nil
        case "?":
            guard position < text.count, text[position] != "\n" else { return nil }
        default:
            guard position < text.count, text[position] == pattern[index] else { return nil }
        }
        return end(index + 1, position + 1, greedy)
    }

    func replacing(all: Bool) -> String {
        var result = String.UnicodeScalarView()
        var position = 0
        var previousEnd = -1
        while position <= text.count {
            if let end = end(from: position, greedy: true), end > previousEnd || position > previousEnd {
                // An empty match right behind another match is none.
                if end > position || position != previousEnd {
                    result.append("X")
                    previousEnd = end
                    if !all {
                        result.append(contentsOf: text[end...])
                        return String(result)
                    }
                    if end > position {
                        position = end
                        continue
                    }
                }
            }
            if position < text.count { result.append(text[position]) }
            position += 1
        }
        return String(result)
    }
}
