import Builder
import Testing

@testable import Rendering

@Suite struct TerminalRendererTests {
    @Test func drawsWhatRunsWithItsOutputAndItsTransfers() {
        var script = Script.terminal(60, 20)
        var terminal = TerminalEmulator(columns: 60, rows: 20)
        script.send(.planned(steps: 3))
        script.start(1, "[build 1/3] FROM base", .surrounding)
        script.move(1, "sha256:" + String(repeating: "ab", count: 32), 4_000_000, of: 10_000_000)
        script.move(1, "sha256:" + String(repeating: "cd", count: 32), 1_000_000, of: 1_000_000)
        script.start(2, "[web 2/2] RUN npm install with a rather long list of packages")
        script.print(2, "one\ntwo\n")
        script.print(2, "\r 10%\r 20%")
        script.wait(.seconds(2))
        terminal.write(script.take())
        #expect(
            terminal.screen == [
                "Building 2.0s  0/4",
                " | [build 1/3] FROM base                               2.0s",
                "   | abababababab  ========-------------  4.00 MB / 10.0 MB",
                " | [web 2/2] RUN npm install with a rather long li...  2.0s",
                "   | one",
                "   | two",
                "   |  20%",
            ])

        script.move(1, "sha256:" + String(repeating: "ab", count: 32), 10_000_000, of: 10_000_000)
        script.finish(1)
        script.finish(2, .cached)
        script.start(3, "[web 3/3] COPY . .")
        script.wait(.milliseconds(500))
        terminal.write(script.take())
        #expect(
            terminal.screen == [
                "Building 2.5s  2/4",
                " + [build 1/3] FROM base  11.0 MB                      2.0s",
                " = [web 2/2] RUN npm install with a rather long ...  CACHED",
                " / [web 3/3] COPY . .                                  0.5s",
            ])

        script.finish(3)
        script.end(.example)
        terminal.write(script.take())
        #expect(
            terminal.history == [
                "Built in 2.5s  3/4",
                " + [build 1/3] FROM base  11.0 MB                      2.0s",
                " = [web 2/2] RUN npm install with a rather long ...  CACHED",
                " + [web 3/3] COPY . .                                  0.5s",
                "",
                "size    about 12.0 MB (4.20 MB compressed)",
                "layers  2, 1 new",
                "         4.00 MB  [2/2] RUN make",
                "steps   2, 1 from cache",
                "time    2.5s",
                "output  local store",
                "        app.tar (OCI archive)",
            ])
        #expect(terminal.unknown.isEmpty)
        #expect(terminal.isCursorVisible && !terminal.isSynchronizing && terminal.column == 0)
    }

    @Test func clipsWideCharactersWhereTheyFit() {
        var script = Script.terminal(30, 10)
        var terminal = TerminalEmulator(columns: 30, rows: 10)
        script.start(1, "日本語のとても長い名前のステップです")
        script.print(1, "進捗を示すとても長い一行の出力がここにあります\n")
        script.wait(.milliseconds(100))
        terminal.write(script.take())
        #expect(terminal.screen.count == 3)
        #expect(terminal.screen[1] == " / 日本語のとても長...   0.1s")
        for line in terminal.screen { #expect(DisplayWidth.columns(line) < 30) }
    }

    @Test func foldsFinishedLinesThatDoNotFit() {
        var script = Script.terminal(60, 10)
        var terminal = TerminalEmulator(columns: 60, rows: 10)
        for number in 1...30 {
            script.start(number, "step \(number)")
            if number <= 28 { script.finish(number) }
            script.print(number, "output of \(number)\n")
        }
        script.wait(.milliseconds(300))
        terminal.write(script.take())
        #expect(terminal.scrollback.isEmpty)
        #expect(terminal.screen.count <= 9)
        #expect(
            terminal.screen.contains { $0.contains("step 29") } && terminal.screen.contains { $0.contains("step 30") })
        #expect(terminal.screen.contains { $0.hasPrefix(" ... ") && $0.hasSuffix("earlier lines are done") })
        script.finish(29)
        script.finish(30)
        script.end()
        terminal.write(script.take())
        // At the end every line is there once.
        for number in 1...30 {
            #expect(terminal.history.count { $0.hasPrefix(" + step \(number) ") } == 1)
        }
    }

    @Test func leavesWhatWasOnTheTerminalBefore() {
        var script = Script.terminal(40, 6)
        var terminal = TerminalEmulator(columns: 40, rows: 6)
        terminal.write(Array("$ echo hello\r\nhello\r\n$ whittle build .\r\n".utf8))
        for number in 1...12 {
            script.start(number, "step \(number)")
            script.print(number, "a\nb\nc\nd\n")
            script.wait(.milliseconds(300))
            terminal.write(script.take())
            script.finish(number)
        }
        script.end()
        terminal.write(script.take())
        #expect(
            Array(terminal.history.prefix(4)) == [
                "$ echo hello", "hello", "$ whittle build .", "Failed after 3.6s  12/12",
            ])
        #expect(terminal.history.count == 4 + 12)
    }

    @Test func followsATerminalThatBecomesNarrower() {
        let width = Box(80)
        var script = Script(
            TerminalRenderer(
                style: TextStyle(isEnabled: true), glyphs: .ascii,
                diagnostics: DiagnosticText(source: nil, usesColor: false, width: 80)
            ) { TerminalSize(columns: width.value, rows: 12) })
        var terminal = TerminalEmulator(columns: 80, rows: 12)
        terminal.write(Array("before\r\n".utf8))
        script.start(1, "a step whose name is so long that it takes more than one line of forty columns")
        script.start(2, "b")
        script.wait(.milliseconds(200))
        terminal.write(script.take())
        terminal.resize(columns: 40)
        width.value = 40
        script.wait(.milliseconds(200))
        terminal.write(script.take())
        #expect(terminal.history.count { $0.contains("Building") } == 1)
        #expect(terminal.history.first == "before")
        terminal.resize(columns: 100)
        width.value = 100
        script.wait(.milliseconds(200))
        terminal.write(script.take())
        #expect(terminal.history.count { $0.contains("Building") } == 1)
        #expect(terminal.history.first == "before")
    }

    @Test func tellsHowABuildEnded() {
        for (outcome, word) in [(BuildEvent.Outcome.failed("x"), "Failed"), (.cancelled, "Canceled")] {
            var script = Script.terminal()
            var terminal = TerminalEmulator(columns: 60, rows: 20)
            script.start(1, "a")
            script.start(2, "b")
            script.finish(1, outcome)
            script.end()
            terminal.write(script.take())
            #expect(terminal.screen.first == "\(word) after 0.0s  1/2")
            #expect(terminal.screen.last?.contains("CANCELED") == true)
        }
    }

    @Test func writesNothingWhenNothingHappened() {
        var script = Script.terminal()
        script.wait(.seconds(1))
        #expect(script.output.isEmpty)
    }

    @Test func rewritesOnlyTheLinesThatChange() {
        var script = Script.terminal(60, 30)
        for number in 1...20 {
            script.start(number, "step \(number)")
            script.finish(number)
        }
        script.start(21, "running")
        script.wait(.milliseconds(100))
        _ = script.take()
        script.wait(.milliseconds(100))
        #expect(!script.text.contains("step 3"))
        #expect(script.text.contains("running"))
    }

    @Test func picksSignsByLocale() {
        #expect(Glyphs(locale: [nil, nil, "C.UTF-8"]).done == "✔")
        #expect(Glyphs(locale: ["C", nil, "en_US.UTF-8"]).done == "+")
        #expect(Glyphs(locale: [nil, nil, nil]).done == "+")
    }

    @Test(arguments: [
        (ProgressMode.auto, true, "xterm" as String?, ProgressMode.tty), (.auto, true, "dumb", .plain),
        (.auto, true, nil, .plain),
        (.auto, false, "xterm", .plain), (.tty, false, "xterm", .plain), (.tty, true, "dumb", .tty),
        (.quiet, true, "xterm", .quiet), (.rawjson, true, "xterm", .rawjson), (.plain, true, "xterm", .plain),
    ])
    func choosesAMode(mode: ProgressMode, isTerminal: Bool, type: String?, expected: ProgressMode) {
        #expect(mode.resolved(isTerminal: isTerminal, terminalType: type) == expected)
    }
}

/// A value that a closure reads and a test changes. Tests use it from one thread.
private final class Box: @unchecked Sendable {
    var value: Int
    init(_ value: Int) { self.value = value }
}
