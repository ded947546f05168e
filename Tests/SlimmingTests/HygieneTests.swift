import DockerfileSyntax
import Testing

@testable import Slimming

struct HygieneTests {
    private func apply(_ text: String, _ extent: Hygiene.Extent = .unproved) -> (text: String, steps: [SlimStep]) {
        let result = Hygiene(extent: extent).apply(to: Array(text.utf8), path: "Dockerfile")
        return (String(decoding: result.text, as: UTF8.self), result.steps)
    }

    @Test func namesTheLinesOfTheOriginal() {
        let result = apply(
            """
            FROM debian:12
            RUN mkdir /a
            RUN touch /a/b
            # tools
            RUN apt-get update && apt-get install -y curl
            ADD file.txt /file
            CMD ["curl"]

            """)
        #expect(
            result.text == """
                FROM debian:12
                RUN mkdir /a \\
                    && touch /a/b
                # tools
                RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
                COPY file.txt /file
                CMD ["curl"]

                """)
        #expect(
            Set(result.steps.map { "\($0.line) \($0.id)" }) == [
                "3 join-runs", "5 package-lists", "6 copy-instead-of-add",
            ])
        #expect(apply(result.text).steps.isEmpty)
    }

    @Test func leavesOutRecommendedPackagesOnlyWithProof() {
        let text = "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
        #expect(apply(text).text == text)
        #expect(apply(text, .proved).text.contains("apt-get install -y --no-install-recommends curl"))
    }

    @Test func heedsWhatTheAuthorDecided() {
        let text = "FROM debian:12\n# hadolint ignore=DL3009\nRUN apt-get update && apt-get install -y curl\n"
        #expect(apply(text).text == text)
    }

    @Test func keepsThePlacesOfLinesThroughEdits() throws {
        let source = SourceText(Array("a\nb\nc\nd\n".utf8), path: "Dockerfile")
        func lines(_ edits: [TextEdit]) throws -> [Int] {
            let lines = source.originalLines(after: edits)
            #expect(lines.count == SourceText(try source.applying(edits), path: "x").lineCount)
            return lines
        }
        #expect(try lines([]) == [1, 2, 3, 4, 5])
        #expect(try lines([TextEdit(range: SourceRange(at: 2), replacement: "x\ny\n")]) == [1, 2, 2, 2, 3, 4, 5])
        #expect(try lines([TextEdit(range: SourceRange(start: 2, end: 4), replacement: "")]) == [1, 3, 4, 5])
        #expect(try lines([TextEdit(range: SourceRange(start: 2, end: 5), replacement: "z")]) == [1, 2, 4, 5])
        #expect(try lines([TextEdit(range: SourceRange(at: 3), replacement: " \\\n  && z")]) == [1, 2, 2, 3, 4, 5])
    }
}
