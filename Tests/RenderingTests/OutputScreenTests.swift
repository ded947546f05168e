import Testing

@testable import Rendering

@Suite struct OutputScreenTests {
    private func lines(_ text: String, _ count: Int = 6) -> [String] {
        var screen = OutputScreen()
        screen.write(Array(text.utf8))
        return screen.lastLines(count)
    }

    @Test(arguments: [
        ("a\nb\nc\n", ["a", "b", "c"]),
        ("Get:1 10%\rGet:1 100%\nnext", ["Get:1 100%", "next"]),
        ("longer text\rshort\u{1b}[K\n", ["short"]),
        ("\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7} end", ["red end"]),
        ("one\ntwo\n\u{1b}[1A\u{1b}[2Knew\n", ["one", "new"]),
        ("abc\u{8}\u{8}X", ["aXc"]),
        ("a\tb", ["a       b"]),
        ("old\u{1b}[2Jnew", ["new"]),
        ("日本\r本", ["本本"]),
        ("\u{1b}[999999999A\u{1b}[5Gx", ["    x"]),
        ("\u{1b}[99999999999999999999Cx", [" x"]),
        ("", []),
        ("\n\n\n", []),
    ])
    func shows(text: String, expected: [String]) { #expect(lines(text) == expected) }

    @Test func isTheSameHoweverTheBytesAreCut() {
        let text = "é日本\u{1b}[31mred\u{1b}[0m\rX\n\u{1b}]0;t\u{7}two\u{1b}[1A\u{1b}[3Gy\n"
        let whole = lines(text)
        for size in 1...5 {
            var screen = OutputScreen()
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                screen.write(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(screen.lastLines(6) == whole)
        }
    }

    @Test func keepsTheLastLinesOfALot() {
        var screen = OutputScreen()
        for number in 0..<100_000 { screen.write(Array("line \(number)\n".utf8)) }
        #expect(screen.lastLines(2) == ["line 99998", "line 99999"])
        screen.write(Array((0..<50_000).map { "big \($0)\n" }.joined().utf8))
        #expect(screen.lastLines(1) == ["big 49999"])
    }

    @Test func survivesAnyBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var screen = OutputScreen()
            for _ in 0..<20 {
                let alphabet: [UInt8] = [
                    0x1B, 0x5B, 0x5D, 0x41, 0x4A, 0x4B, 0x47, 0x33, 0x3B, 0x0A, 0x0D, 0x08, 0x09, 0xE6, 0x97, 0xFF,
                    0x78,
                ]
                screen.write(
                    (0..<Int.random(in: 0..<30, using: &random)).map { _ in
                        Bool.random(using: &random)
                            ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
                    })
            }
            #expect(screen.lastLines(OutputScreen.height).count <= OutputScreen.height)
        }
    }

    @Test(arguments: [
        ("abc", 3), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("👍🏽", 2), ("🇫🇷", 2), ("❤️", 2), ("ｱ", 1), ("\u{200B}", 0),
    ])
    func measures(text: String, columns: Int) { #expect(DisplayWidth.columns(text) == columns) }

    @Test(arguments: [
        ("abcdef", 4, "abc…"), ("abc", 3, "abc"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc", 0, ""), ("abc", 1, "…"),
    ])
    func clips(text: String, limit: Int, expected: String) {
        #expect(DisplayWidth.clipped(text, to: limit) == expected)
    }
}
