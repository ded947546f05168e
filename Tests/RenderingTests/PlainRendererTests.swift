import Builder
import DockerfileSyntax
import Testing

@testable import Rendering

@Suite struct PlainRendererTests {
    @Test func tellsOneStepAfterAnother() {
        var script = Script.plain()
        script.start(1, "[1/2] FROM base", .surrounding)
        script.finish(1, .cached)
        script.start(2, "[2/2] RUN make")
        script.wait(.milliseconds(120))
        script.print(2, "cc -c main.c\ncc -o main")
        script.print(2, " main.o\n")
        script.wait(.seconds(2))
        script.finish(2)
        script.end()
        #expect(
            script.text == """
                #1 [1/2] FROM base
                #1 CACHED

                #2 [2/2] RUN make
                #2 0.120 cc -c main.c
                #2 0.120 cc -o main main.o
                #2 DONE 2.1s


                """)
    }

    @Test func givesTurnsToStepsThatRunSideBySide() {
        var script = Script.plain()
        script.start(1, "one")
        script.start(2, "two")
        for second in 0..<5 {
            script.print(1, "a\(second)\n")
            script.print(2, "b\(second)\n")
            script.wait(.milliseconds(400))
            script.print(1, "aa\(second)\n")
            script.wait(.milliseconds(600))
        }
        script.finish(2)
        script.finish(1)
        let lines = script.text.split(separator: "\n", omittingEmptySubsequences: false)
        // Nothing is lost, and what belongs together stays in order.
        #expect(lines.filter { $0.hasPrefix("#2 ") && $0.contains(" b") }.count == 5)
        #expect(lines.filter { $0.hasPrefix("#1 ") && $0.contains(" a") }.count == 10)
        // A change of turns is an empty line and the name.
        for (index, line) in lines.enumerated()
        where line.isEmpty && index + 1 < lines.count && !lines[index + 1].isEmpty {
            #expect(["#1 one", "#2 two"].contains(lines[index + 1]))
        }
        #expect(script.text.contains("#1 ...\n\n#2 two\n"))
        #expect(script.text.hasSuffix("#2 DONE 5.0s\n\n#1 one\n#1 DONE 5.0s\n"))
    }

    @Test func keepsBlocksTogetherWhileAStepIsTalking() {
        var script = Script.plain()
        script.start(1, "one")
        script.start(2, "two")
        for _ in 0..<20 {
            script.print(1, "x\n")
            script.print(2, "y\n")
            script.wait(.milliseconds(100))
        }
        // Two seconds of two steps talking at once are one block so far.
        #expect(script.text.components(separatedBy: "#1 ...").count == 1)
        script.wait(.seconds(2))
        #expect(script.text.contains("#2 two\n#2 0.000 y\n"))
    }

    @Test func showsAnUnfinishedLineAfterAWhile() {
        var script = Script.plain()
        script.start(1, "ask")
        script.print(1, "Continue? ")
        script.wait(.milliseconds(900))
        #expect(script.text == "#1 ask\n")
        script.wait(.milliseconds(200))
        #expect(script.text == "#1 ask\n#1 1.000 Continue? ")
        script.print(1, "yes\nrest")
        script.finish(1)
        #expect(script.text == "#1 ask\n#1 1.000 Continue? yes\n#1 1.100 rest\n#1 DONE 1.1s\n")
    }

    @Test func breaksAnUnfinishedLineForAnother() {
        var script = Script.plain()
        script.start(1, "ask")
        script.print(1, "Continue? ")
        script.wait(.seconds(2))
        script.start(2, "two")
        script.finish(2)
        script.print(1, "yes\n")
        script.finish(1)
        #expect(
            script.text == """
                #1 ask
                #1 1.000 Continue?\u{20}
                #1 ...

                #2 two
                #2 DONE 0.0s

                #1 ask
                #1 2.000 yes
                #1 DONE 2.0s

                """)
    }

    @Test func showsTheEndOfARewrittenLine() {
        var script = Script.plain()
        script.start(1, "pip")
        for percent in 0...99 {
            script.print(1, "\r\(percent)%")
            script.wait(.milliseconds(20))
        }
        script.print(1, "\r100%\n")
        script.print(1, "done\r\n")
        script.finish(1)
        let lines = script.text.split(separator: "\n")
        #expect(lines.contains("#1 2.000 100%"))
        #expect(lines.contains("#1 2.000 done"))
        #expect(lines.count < 9)
    }

    @Test func showsALineOfManyMegabytesWhole() {
        var script = Script.plain()
        script.start(1, "cat")
        for _ in 0..<64 { script.print(1, String(repeating: "x", count: 65_536)) }
        script.print(1, "end\n")
        script.finish(1)
        #expect(script.text.utf8.count > 4_194_304)
        #expect(script.text.contains("xend\n#1 DONE"))
    }

    @Test func passesBytesOnThatAreNoText() {
        var script = Script.plain()
        script.start(1, "cat")
        script.send(.output(VertexID(1), .standardError, [0xFF, 0x00, 0x41, 0x0A]))
        #expect(script.take().suffix(3) == [0xFF, 0x41, 0x0A])
    }

    @Test func keepsColoursOnlyWhereTheyAreWanted() {
        let coloured = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{1b}[2K\n"
        var plain = Script.plain()
        plain.start(1, "x")
        plain.print(1, coloured)
        #expect(plain.text == "#1 x\n#1 0.000 red\n")
        var colour = Script.plain(keepsColor: true)
        colour.start(1, "x")
        colour.print(1, coloured)
        #expect(colour.text == "#1 x\n#1 0.000 \u{1b}[31mred\u{1b}[0m\n")
    }

    @Test func tellsOfTransfersAtIntervalsAndAtTheEnd() {
        var script = Script.plain()
        script.start(1, "FROM base", .surrounding)
        for step in 0..<100 {
            script.move(1, "sha256:abc", Int64(step) * 1_000_000, of: 100_000_000)
            script.wait(.milliseconds(100))
        }
        script.move(1, "sha256:abc", 100_000_000, of: 100_000_000)
        script.move(1, "sha256:abc", 100_000_000, of: 100_000_000)
        script.move(1, "sha256:abc", 0, of: 10, .unpack)
        script.wait(.seconds(1))
        script.move(1, "sha256:abc", 10, of: 10, .unpack)
        script.finish(1)
        #expect(
            script.text == """
                #1 FROM base
                #1 sha256:abc 20.0 MB / 100 MB 2.0s
                #1 sha256:abc 40.0 MB / 100 MB 4.0s
                #1 sha256:abc 60.0 MB / 100 MB 6.0s
                #1 sha256:abc 80.0 MB / 100 MB 8.0s
                #1 sha256:abc 100 MB 10.0s done
                #1 extracting sha256:abc 1.0s done
                #1 DONE 11.0s

                """)
    }

    @Test func endsWithWarningsAndTheSummary() {
        let source = SourceText("FROM a\nMAINTAINER me\n", path: "Dockerfile")
        var script = Script.plain(source: source)
        script.send(.planned(steps: 2))
        script.send(
            .warning(
                Diagnostic(
                    severity: .warning, rule: "MaintainerDeprecated", message: "use a label",
                    range: SourceRange(start: 7, end: 17))))
        script.start(1, "[1/2] COPY . .")
        script.finish(1, .cached)
        script.start(2, "[2/2] RUN make")
        script.finish(2)
        script.wait(.seconds(75))
        script.end(.example)
        #expect(
            script.text.hasSuffix(
                """
                #2 DONE 0.0s

                warning: Dockerfile:2:1: use a label [MaintainerDeprecated]
                 2 | MAINTAINER me
                   | ^~~~~~~~~~

                size    about 12.0 MB (4.20 MB compressed)
                layers  2, 1 new
                         4.00 MB  [2/2] RUN make
                steps   2, 1 from cache
                time    1m 15s
                output  local store
                        app.tar (OCI archive)

                """))
    }

    @Test func tellsTheWayAStepEnded() {
        var script = Script.plain()
        script.start(1, "a")
        script.finish(1, .failed("exit code: 2\nmore"))
        script.start(2, "b")
        script.end()
        #expect(script.text == "#1 a\n#1 ERROR: exit code: 2 more\n\n#2 b\n#2 CANCELED\n\n")
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: separator) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        return parts + [rest]
    }
}
