import Testing

@testable import BuildContext

@Suite struct IgnoreMatcherTests {
    @Test(arguments: [
        (["**/*.log", "!keep.log"], "a/b.log", true),
        (["**/*.log", "!keep.log"], "keep.log", false),
        (["**/*.log", "!keep.log"], "a/keep.log", true),
        (["*"], "a", true),
        (["*"], "a/b", true),
        (["/a"], "a", false),
        (["."], "a", false),
        (["a/"], "a", true),
        (["a/**/z"], "a/z", true),
        (["a/**/z"], "a/b/c/z", true),
        (["a/**/z"], "az", false),
        (["**/node_modules"], "x/node_modules/y", true),
        (["**foo"], "barfoo", true),
        (["foo**"], "foobar/x", true),
        (["a?c"], "aüc", true),
        (["a?c"], "a/c", false),
        (["[[:alpha:]]x"], "qx", true),
        (["[[:alpha:]]x"], "1x", false),
        (["\\d*"], "7", true),
        (["\\d*"], "d", false),
        (["a\\[b"], "a[b", true),
        (["*^b"], "a^b", false),
        (["a^b"], "a^b", true),
        (["[*]"], "[[]", true),
        (["[*]"], "*", false),
        (["x\\Q*\\E?"], "x[^/]*y", true),
        (["\\x41*"], "Ab", true),
        (["*\\bfoo*"], "a-foo", true),
        (["*\\bfoo*"], "afoo", false),
        (["a/**/b*"], "a/x\ny/bc", false),
    ]) func match(patterns: [String], path: String, excluded: Bool) throws {
        #expect(try IgnoreMatcher(patterns: patterns).excludes(path) == excluded)
    }

    @Test(arguments: ["[", "a[", "[]a]", "[a-", "\\", "[b-a]", "!", "x\\1", "[[:nope:]]", "*\\y"])
    func refused(pattern: String) {
        #expect(throws: BuildContextError.self) { try IgnoreMatcher(patterns: [pattern]) }
    }

    @Test func errorNamesFileAndLine() {
        let file = IgnoreFile(path: ".dockerignore", contents: Array("# x\n\na\nb[\n".utf8))
        let error = #expect(throws: BuildContextError.self) { _ = try file.matcher() }
        #expect(error?.description == ".dockerignore:4: syntax error in pattern \"b[\"")
    }

    @Test func bytesThatAreNotText() throws {
        let matcher = try IgnoreMatcher(patterns: ["a?b", "*.o"])
        #expect(matcher.excludes([0x61, 0xFF, 0x62]))
        #expect(matcher.excludes([0xC3, 0x2E, 0x6F]))
        #expect(!matcher.excludes([0x61, 0xFF, 0xFE, 0x62]))
    }

    @Test func longPatternsStayFast() throws {
        let matcher = try IgnoreMatcher(patterns: [String(repeating: "**/a*", count: 200) + "b"])
        let path = String(repeating: "a/", count: 2000) + "a"
        // A backtracking matcher would not come back.
        #expect(matcher.excludes(path) == false)
    }

    /// A walk with states and skipping excludes the same paths as Docker's algorithm with parent results, written
    /// down naively.
    @Test func walkAgreesWithReference() throws {
        var random = SeededGenerator(seed: 7)
        let names = ["a", "b", "ab", ".x", "a.b"]
        let pieces = ["a", "b", "*", "**", "?", "a*", "*b", "[ab]", ".x", "[^a]", "a?", "**b", "a\\*"]
        for _ in 0..<4000 {
            let patterns = (0..<Int.random(in: 1...4, using: &random)).map { _ -> String in
                let body = (0..<Int.random(in: 1...3, using: &random))
                    .map { _ in pieces.randomElement(using: &random) ?? "a" }.joined(separator: "/")
                return (Bool.random(using: &random) ? "!" : "") + body
            }
            let matcher = try IgnoreMatcher(patterns: patterns)
            let reference = ReferenceMatcher(patterns)
            var path = ""
            var state = matcher.root
            var expected: [Bool]? = nil
            var skipped = false
            for _ in 0..<4 {
                path += (path.isEmpty ? "" : "/") + (names.randomElement(using: &random) ?? "a")
                let (excluded, next) = matcher.enter(Array(path.utf8), below: state)
                let (wanted, info) = reference.step(path, expected)
                let label = Comment(rawValue: "\(patterns) on \(path)")
                #expect(excluded == wanted, label)
                #expect(matcher.excludes(Array(path.utf8), below: state) == wanted, label)
                if skipped { #expect(wanted, "skipped, but \(label)") }
                if excluded && matcher.canSkip(excludedDirectory: Array(path.utf8)) { skipped = true }
                state = next
                expected = info
            }
        }
    }

    /// The set-of-positions matcher agrees with a backtracking one on random expressions.
    @Test func expressionAgreesWithBacktracking() throws {
        var random = SeededGenerator(seed: 11)
        let pieces = ["a", "b", "*", "**", "?", "/", "[ab]", "[^/]", "a"]
        for _ in 0..<5000 {
            let pattern =
                "x"
                + (0..<Int.random(in: 1...6, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "a" }.joined()
            let path =
                "x"
                + (0..<Int.random(in: 0...8, using: &random))
                .map { _ in ["a", "b", "/", "c"].randomElement(using: &random) ?? "a" }.joined()
            let matcher = try IgnoreMatcher(patterns: [pattern])
            let reference = ReferenceMatcher([pattern])
            let wanted = reference.step(path, nil).excluded
            #expect(matcher.enter(Array(path.utf8), below: matcher.root).excluded == wanted, "\(pattern) on \(path)")
        }
    }
}

/// Docker's matching with parent results, as plainly as it can be said, on ASCII.
private struct ReferenceMatcher {
    let patterns: [(text: String, exception: Bool)]

    init(_ patterns: [String]) {
        self.patterns = patterns.map { line in
            let cleaned = String(decoding: PathBytes(line.utf8).cleaned, as: UTF8.self)
            return cleaned.hasPrefix("!") ? (String(cleaned.dropFirst()), true) : (cleaned, false)
        }
    }

    func step(_ path: String, _ parent: [Bool]?) -> (excluded: Bool, info: [Bool]) {
        var excluded = false
        var info = [Bool](repeating: false, count: patterns.count)
        for (index, pattern) in patterns.enumerated() {
            var match = parent?[index] ?? false
            if !match {
                if pattern.exception != excluded { continue }
                match = Self.match(Array(pattern.text), Array(path))
            }
            info[index] = match
            if match { excluded = !pattern.exception }
        }
        return (excluded, info)
    }

    static func match(_ pattern: [Character], _ path: [Character]) -> Bool {
        let isPlain = !pattern.contains { "*?[\\".contains($0) }
        if isPlain { return pattern == path }
        let text = String(pattern)
        let tail = String(pattern.dropFirst(2))
        // `**x` and `**/x` without further wildcards go by their ending.
        if text.hasPrefix("**"), !tail.contains(where: { "*?[]\\".contains($0) }) {
            return tail.isEmpty || String(path).hasSuffix(tail)
                || (tail.hasPrefix("/") && tail.dropFirst() == String(path))
        }
        let head = String(pattern.dropLast(2))
        if text.hasSuffix("**"), !head.contains(where: { "*?[]\\".contains($0) }) {
            return String(path).hasPrefix(head)
        }
        return backtrack(pattern[...], path[...])
    }

    private static func backtrack(_ pattern: ArraySlice<Character>, _ path: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if pattern.starts(with: "**") {
            var rest = pattern.dropFirst(2)
            if rest.first == "/" { rest = rest.dropFirst() }
            if rest.isEmpty { return true }
            if backtrack(rest, path) { return true }
            return path.indices.contains { path[$0] == "/" && backtrack(rest, path[($0 + 1)...]) }
        }
        switch first {
        case "*":
            var rest = path
            while true {
                if backtrack(pattern.dropFirst(), rest) { return true }
                guard let next = rest.first, next != "/" else { return false }
                rest = rest.dropFirst()
            }
        case "?": return path.first.map { $0 != "/" } == true && backtrack(pattern.dropFirst(), path.dropFirst())
        case "[":
            guard let close = pattern.firstIndex(of: "]"), let next = path.first else { return false }
            let body = pattern[(pattern.startIndex + 1)..<close]
            let negated = body.first == "^"
            let found = body.dropFirst(negated ? 1 : 0).contains(next)
            return found != negated && backtrack(pattern[(close + 1)...], path.dropFirst())
        case "\\":
            let rest = pattern.dropFirst()
            return rest.first == path.first && backtrack(rest.dropFirst(), path.dropFirst())
        default: return path.first == first && backtrack(pattern.dropFirst(), path.dropFirst())
        }
    }
}

/// A small generator with a fixed start, so that a failing case comes again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
