import Testing

@testable import DockerfileSyntax

@Suite struct TextEditTests {
    private let source = SourceText("FROM a\nRUN b c\n", path: "Dockerfile")

    private func apply(_ edits: [TextEdit]) throws -> String {
        String(decoding: try source.applying(edits), as: UTF8.self)
    }

    private func edit(_ start: Int, _ end: Int, _ text: String) -> TextEdit {
        TextEdit(range: SourceRange(start: start, end: end), replacement: text)
    }

    @Test func nothingChangesWithoutEdits() throws {
        #expect(try apply([]) == source.text)
    }

    @Test func orderDoesNotMatter() throws {
        let edits = [edit(11, 12, "B"), edit(5, 6, "scratch"), edit(15, 15, "USER x\n")]
        #expect(try apply(edits) == "FROM scratch\nRUN B c\nUSER x\n")
        #expect(try apply(edits.reversed()) == "FROM scratch\nRUN B c\nUSER x\n")
    }

    @Test func insertionsKeepTheirOrder() throws {
        #expect(try apply([edit(5, 6, "z"), edit(5, 5, "x"), edit(5, 5, "y")]) == "FROM xyz\nRUN b c\n")
    }

    @Test func rejectsOverlap() {
        #expect(throws: TextEditError.overlap(edit(4, 6, ""), edit(5, 7, ""))) {
            try apply([edit(5, 7, ""), edit(4, 6, "")])
        }
        #expect(throws: TextEditError.overlap(edit(4, 6, ""), edit(5, 5, "x"))) {
            try apply([edit(4, 6, ""), edit(5, 5, "x")])
        }
    }

    @Test(arguments: [(-1, 2), (14, 16), (3, 2)]) func rejectsWhatIsOutside(_ start: Int, _ end: Int) {
        #expect(throws: TextEditError.outsideText(edit(start, end, ""))) { try apply([edit(start, end, "")]) }
    }

    /// A word is replaced through its range, across continuation lines, and nothing else changes.
    @Test func editsWordsThroughTheirRanges() throws {
        let text = "\u{FEFF}FROM a # no comment\r\nCOPY \\\r\n  # why\r\n  --from=a  x \\\r\n  /y/\r\n"
        let dockerfile = try Dockerfile.parse(text, path: "Dockerfile")
        let copy = dockerfile.nodes[1]
        let edits = [
            TextEdit(range: try #require(copy.flags[0].valueRange), replacement: "build"),
            TextEdit(range: copy.words[1].range, replacement: "/z/"),
        ]
        let expected = "\u{FEFF}FROM a # no comment\r\nCOPY \\\r\n  # why\r\n  --from=build  x \\\r\n  /z/\r\n"
        #expect(String(decoding: try dockerfile.applying(edits), as: UTF8.self) == expected)
    }
}
