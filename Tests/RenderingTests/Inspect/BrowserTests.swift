import Analysis
import Testing

@testable import Rendering

/// The browser of layers and files: keys in, pictures out.
struct BrowserTests {
    @Test(arguments: [
        ("\u{1B}[A\u{1B}OB", [BrowserKey.up, .down]), ("\u{1B}[5~\u{1B}[1;5C", [.pageUp, .right]),
        ("q\t\r\u{3}", [.character("q"), .tab, .enter, .control("c")]), ("ä→", [.character("ä"), .character("→")]),
        ("\u{1B}[99;99z", []), ("\u{1B}", [.escape]), ("\u{1B}x", [.escape, .character("x")]),
    ])
    func keys(text: String, expected: [BrowserKey]) {
        var bytes = Array(text.utf8)
        #expect(BrowserKey.read(&bytes, isComplete: true) == expected)
        #expect(bytes.isEmpty)
    }

    @Test func aSequenceInPiecesWaits() {
        var bytes: [UInt8] = [0x1B, 0x5B]
        #expect(BrowserKey.read(&bytes, isComplete: false).isEmpty)
        bytes.append(0x41)
        #expect(BrowserKey.read(&bytes, isComplete: false) == [.up])
    }

    private func screen(_ keys: String, columns: Int = 120, lines: Int = 20) throws -> (text: [String], isOpen: Bool) {
        var browser = Browser(try InspectionSample.inspection())
        var bytes = Array(keys.utf8)
        var isOpen = true
        for key in BrowserKey.read(&bytes, isComplete: true) { isOpen = browser.press(key) }
        return (BrowserScreen.draw(&browser, columns: columns, lines: lines, usesColor: false), isOpen)
    }

    @Test func layersAndTheirFiles() throws {
        let first = try screen("")
        #expect(first.text.contains { $0.contains("COPY data /app") })
        #expect(first.text.contains { $0.contains("! ") && $0.contains("+ app") })
        let second = try screen("]\t ")
        #expect(second.text.contains { $0.contains("~") && $0.contains("data") && $0.contains("-rwsr-xr-x") })
        for key in ["q", "\u{3}"] {
            let ended = try screen(key)
            #expect(!ended.isOpen)
        }
    }

    @Test func filtersAndSwitches() throws {
        let expected = [
            "/dat\r": "data", "/nothing\r": "nothing to show", "/nothing\u{1B}": "app", "]1234": "nothing to show",
            "]a": "since layer 1", "?": "KEYS",
        ]
        for (keys, word) in expected {
            let text = try screen(keys).text
            #expect(text.contains { $0.contains(word) }, "\(keys)")
        }
    }

    @Test(arguments: [(1, 1), (20, 6), (79, 24), (300, 100)])
    func everyScreenIsFilledAndNotOverfilled(columns: Int, lines: Int) throws {
        for keys in ["", "\t", "]\t ", "?", "/x"] {
            let text = try screen(keys, columns: columns, lines: lines).text
            #expect(text.count == max(lines, 6))
            #expect(text.allSatisfy { DisplayWidth.columns($0) == max(columns, 20) })
        }
    }
}
