import Builder
import DockerfileSyntax
import Testing

@testable import Rendering

@Suite struct DiagnosticTextTests {
    private func text(_ file: String, _ part: String, width: Int = 80, hint: String? = nil) -> String {
        let source = SourceText(file, path: "Dockerfile")
        let start = file.utf8.distance(
            from: file.utf8.startIndex, to: file.firstRange(of: part)?.lowerBound ?? file.startIndex)
        let range = SourceRange(start: start, end: start + part.utf8.count)
        return DiagnosticText(source: source, usesColor: false, width: width)
            .text(of: Diagnostic(severity: .error, message: "wrong", range: range, hint: hint))
    }

    @Test func pointsAtThePlace() {
        #expect(
            text("FROM a\nRUN --mout=x make\n", "--mout", hint: "did you mean --mount?") == """
                error: Dockerfile:2:5: wrong
                 2 | RUN --mout=x make
                   |     ^~~~~~
                hint: did you mean --mount?
                """)
    }

    @Test func standsUnderTabs() {
        #expect(
            text("RUN\tx\t--bad y", "--bad") == """
                error: Dockerfile:1:7: wrong
                 1 | RUN x   --bad y
                   |         ^~~~~
                """)
    }

    @Test func standsUnderWideCharacters() {
        #expect(
            text("LABEL 名前=日本 bad\n", "bad") == """
                error: Dockerfile:1:13: wrong
                 1 | LABEL 名前=日本 bad
                   |                 ^~~
                """)
        #expect(text("LABEL é=e\u{301} bad", "bad").hasSuffix("\n   |           ^~~"))
    }

    @Test func cutsLongLinesAroundTheCaret() {
        let line = "RUN " + (0..<100).map { "word\($0)" }.joined(separator: " ") + "\n"
        let found = text(line, "word50", width: 60).split(separator: "\n")
        #expect(found.allSatisfy { $0.count <= 60 })
        #expect(found[1].hasPrefix(" 1 | …") && found[1].hasSuffix("…"))
        let caret = found[2].firstIndex(of: "^").map { found[2].distance(from: found[2].startIndex, to: $0) } ?? 0
        #expect(found[1].dropFirst(caret).hasPrefix("word50"))
        // At the start and at the end there is nothing to leave out on one side.
        #expect(text(line, "RUN", width: 60).split(separator: "\n")[1].hasPrefix(" 1 | RUN word0"))
        #expect(text(line, "word99", width: 60).split(separator: "\n")[1].hasSuffix("word99"))
    }

    @Test func showsNothingThatATerminalWouldObey() {
        let found = text("RUN \u{1b}[31mred\u{7} bad\r\n", "bad")
        #expect(!found.contains("\u{1b}") && !found.contains("\u{7}") && !found.contains("\r"))
    }

    @Test func marksTheFirstLineOfSeveral() {
        #expect(
            text("RUN a \\\n  b\n", "a \\\n  b") == """
                error: Dockerfile:1:5: wrong
                 1 | RUN a \\
                   |     ^~~
                """)
    }

    @Test func survivesAnyRange() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let alphabet: [UInt8] = [0x0A, 0x09, 0xE6, 0x97, 0xA5, 0x0D, 0x41, 0xFF]
            let bytes: [UInt8] = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0x41
            }
            let start = Int.random(in: -2...(bytes.count + 5), using: &random)
            let range = SourceRange(start: max(0, start), end: max(0, start) + Int.random(in: 0...90, using: &random))
            let text = DiagnosticText(source: SourceText(bytes, path: "D"), usesColor: false, width: 40)
                .text(of: Diagnostic(severity: .warning, message: "m", range: range))
            #expect(text.split(separator: "\n").count <= 3)
        }
    }

    @Test func saysTheMessageAloneWithoutAFile() {
        let renderer = DiagnosticText(source: nil, usesColor: false)
        #expect(renderer.text(of: BuildError.options("no\nway")) == "error: no way")
        #expect(
            DiagnosticText(source: nil, usesColor: true).line("x") == "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m\u{1b}[0m x")
    }
}
