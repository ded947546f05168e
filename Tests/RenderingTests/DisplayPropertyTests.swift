import Builder
import Testing

@testable import Rendering

@Suite struct DisplayPropertyTests {
    /// A generator that gives the same numbers for the same seed, so that a failure can be repeated.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func event(_ random: inout Seeded) -> BuildEvent {
        let id = VertexID(Int.random(in: 1...12, using: &random))
        let texts = [
            "line\n", "part", "\r50%", "\r\n", "\n\n", "\u{1b}[2A\u{1b}[K", "\u{1b}[31mred", "\u{1b}[?25l", "\u{1b}[2J",
            "日本語\n", "\u{1b}]0;x", "\t", "\u{8}", String(repeating: "long ", count: 60), "👍🏽\n", "\u{1b}",
        ]
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1:
            return .started(
                id, name: texts.randomElement(using: &random) ?? "",
                kind: Bool.random(using: &random) ? .step : .surrounding)
        case 2, 3:
            let outcomes: [BuildEvent.Outcome] = [.done, .cached, .failed("why\u{1b}[?25l"), .cancelled]
            return .finished(id, outcomes.randomElement(using: &random) ?? .done)
        case 4, 5:
            return .transfer(
                id, item: ["sha256:ab", "x\u{1b}[1m"].randomElement(using: &random) ?? "",
                kind: random, done: Int64.random(in: -5...2_000_000, using: &random))
        case 6:
            return .planned(steps: Int.random(in: 0...3, using: &random))
        case 7:
            return .warning(.init(severity: .warning, message: "m\u{1b}[?25l"))
        default:
            return .output(id, .standardError, Array((texts.randomElement(using: &random) ?? "").utf8))
        }
    }

    @Test(arguments: 0..<30) func neverLeavesTheTerminalBroken(seed: UInt64) {
        var random = Seeded(state: seed)
        let columns = [1, 2, 5, 20, 40, 80, 200].randomElement(using: &random) ?? 80
        let rows = [2, 3, 5, 24, 60].randomElement(using: &random) ?? 24
        var script = Script.terminal(columns, rows, glyphs: seed % 2 == 0 ? .unicode : .ascii)
        // Wide enough to hold a character of two columns.
        var terminal = TerminalEmulator(columns: max(2, columns), rows: rows)
        terminal.write(Array("$\r\n".utf8))
        for _ in 0..<120 {
            script.send(event(&random))
            script.wait(.milliseconds(Int.random(in: 0...250, using: &random)))
            terminal.write(script.take())
            // The program may be killed now: whatever was written must leave a terminal that works.
            #expect(terminal.isCursorVisible && !terminal.isSynchronizing && terminal.unknown.isEmpty)
            // A frame fits on the screen, so nothing but what was there before has scrolled away.
            #expect(
                terminal.scrollback.allSatisfy { $0 == "$" } || columns < 20, "\(columns)x\(rows): \(terminal.history)")
        }
        script.end(Bool.random(using: &random) ? .example : nil)
        terminal.write(script.take())
        #expect(
            terminal.isCursorVisible && !terminal.isSynchronizing && terminal.unknown.isEmpty && terminal.column == 0)
        #expect(script.renderer.refreshInterval != nil)
    }

    @Test(arguments: 0..<30) func neverLosesALineOfOutput(seed: UInt64) {
        var random = Seeded(state: seed)
        var script = Script.plain()
        var expected: [Int: [String]] = [:]
        for number in 1...6 { script.start(number, "step \(number)") }
        var rest = Set(1...6)
        for index in 0..<400 {
            guard let number = rest.randomElement(using: &random) else { break }
            let text = "out-\(number)-\(index)"
            let cut = text.utf8.index(
                text.utf8.startIndex, offsetBy: Int.random(in: 0...text.utf8.count, using: &random))
            script.print(number, String(text[..<cut]))
            script.print(number, text[cut...] + (Bool.random(using: &random) ? "\n" : "\r\n"))
            expected[number, default: []].append(text)
            script.wait(.milliseconds(Int.random(in: 0...400, using: &random)))
            if Int.random(in: 0..<80, using: &random) == 0 {
                script.finish(number)
                rest.remove(number)
            }
        }
        script.end()
        let lines = script.text.split(separator: "\n")
        for (number, texts) in expected {
            let found = lines.filter { $0.hasPrefix("#\(number) ") }.compactMap { line in
                line.split(separator: " ").last.map(String.init).flatMap { $0.hasPrefix("out-") ? $0 : nil }
            }
            #expect(found == texts)
        }
    }

    @Test(arguments: 0..<20) func writesJSONOnEveryLine(seed: UInt64) {
        var random = Seeded(state: seed)
        var script = Script(RawJSONRenderer(source: nil, beginning: 0))
        for _ in 0..<200 { script.send(event(&random)) }
        script.end()
        for line in script.text.split(separator: "\n") { #expect(line.hasPrefix("{") && line.hasSuffix("}")) }
        #expect(!script.text.contains("\u{1b}"))
    }
}

extension BuildEvent {
    fileprivate static func transfer(
        _ id: VertexID, item: String, kind random: DisplayPropertyTests.Seeded, done: Int64
    ) -> BuildEvent {
        let kinds: [TransferKind] = [.pull, .unpack, .export, .push, .fetch]
        let totals: [Int64?] = [nil, 0, 1_000_000]
        return .transfer(
            id, item: item, kinds[Int(random.state % 5)], done: done, total: totals[Int(random.state / 7 % 3)])
    }
}
