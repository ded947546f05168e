import Testing

@testable import DockerfileSyntax

@Suite struct SourceTextTests {
    @Test func positionsCountScalars() {
        let source = SourceText("a\né😀x\r\n\nlast", path: "f")
        #expect(source.lineCount == 4)
        #expect(source.position(of: 0) == (1, 1))
        #expect(source.position(of: 2) == (2, 1))
        #expect(source.position(of: 4) == (2, 2))
        #expect(source.position(of: 8) == (2, 3))
        #expect(source.position(of: 11) == (3, 1))
        #expect(source.position(of: 16) == (4, 5))
        #expect(source.position(of: 99) == (4, 5))
        #expect(source.position(of: -1) == (1, 1))
        #expect(source.line(2) == "é😀x")
        #expect(source.line(4) == "last")
        #expect(source.line(0) == "" && source.line(5) == "")
    }

    @Test func byteOrderMarkHasNoColumn() {
        let source = SourceText("\u{FEFF}FROM a", path: "f")
        #expect(source.position(of: 3) == (1, 1))
        #expect(source.position(of: 0) == (1, 1))
        #expect(source.line(1) == "FROM a")
    }

    @Test func emptyText() {
        let source = SourceText("", path: "f")
        #expect(source.lineCount == 1)
        #expect(source.position(of: 0) == (1, 1))
        #expect(source.line(1) == "")
    }

    @Test func textOfRangesIsClamped() {
        let source = SourceText("abc", path: "f")
        #expect(source.text(in: SourceRange(start: 1, end: 9)) == "bc")
        #expect(source.text(in: SourceRange(start: -3, end: 1)) == "a")
        #expect(source.text(in: SourceRange(start: 7, end: 9)) == "")
    }
}
