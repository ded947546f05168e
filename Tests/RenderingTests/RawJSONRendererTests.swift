import Builder
import DockerfileSyntax
import FoundationEssentials
import OCI
import Testing

@testable import Rendering

@Suite struct RawJSONRendererTests {
    /// 2026-05-01T12:00:00Z
    private static let beginning: Int64 = 1_777_636_800 * 1_000_000_000

    private func script(source: SourceText? = nil) -> Script {
        Script(RawJSONRenderer(source: source, beginning: Self.beginning))
    }

    private func statuses(_ script: Script) throws -> [SolveStatus] {
        try script.output.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(SolveStatus.self, from: Data($0))
        }
    }

    @Test func writesAnObjectForEachEvent() throws {
        var script = script()
        script.start(1, "[1/2] FROM base", .surrounding)
        script.wait(.milliseconds(1_500))
        script.finish(1, .cached)
        script.start(2, "[2/2] RUN \"make\"\n")
        script.send(.output(VertexID(2), .standardError, [0xFF, 0x0A]))
        script.finish(2, .failed("exit code: 2"))
        let found = try statuses(script)
        #expect(found.count == 5)
        let first = try #require(found[0].vertexes?.first)
        #expect(first.name == "[1/2] FROM base" && first.started == "2026-05-01T12:00:00.000000000Z")
        #expect(first.digest.hasPrefix("sha256:") && first.completed == nil && first.cached == nil)
        let cached = try #require(found[1].vertexes?.first)
        #expect(cached.cached == true && cached.completed == "2026-05-01T12:00:01.500000000Z")
        #expect(cached.digest == first.digest && cached.error == nil)
        let log = try #require(found[3].logs?.first)
        #expect(Array(log.data) == [0xFF, 0x0A] && log.stream == 2 && log.vertex == found[2].vertexes?.first?.digest)
        #expect(found[4].vertexes?.first?.error == "exit code: 2")
        #expect(found[4].vertexes?.first?.name == "[2/2] RUN \"make\"\n")
    }

    @Test func hasTheNamesThatReadersExpect() {
        var script = script()
        script.start(1, "a")
        script.print(1, "x")
        script.move(1, "sha256:ab", 5, of: 10)
        #expect(
            script.text
                == """
                {"vertexes":[{"digest":"sha256:3d9c83c5f4dad9dc5b90e3e9e6d4a9ba5d9b1e1a7d0c65e26ee8ea79c6f3a7a4","name":"a","started":"2026-05-01T12:00:00.000000000Z"}]}
                {"logs":[{"data":"eA==","stream":1,"timestamp":"2026-05-01T12:00:00.000000000Z","vertex":"V"}]}
                {"statuses":[{"current":5,"id":"sha256:ab","name":"pull","started":"2026-05-01T12:00:00.000000000Z","timestamp":"2026-05-01T12:00:00.000000000Z","total":10,"vertex":"V"}]}

                """.replacingDigests(of: script.text))
    }

    @Test func reportsTransfersAtIntervals() throws {
        var script = script()
        script.start(1, "a")
        for step in 1...1000 {
            script.move(1, "sha256:ab", Int64(step), of: 1000)
            script.wait(.milliseconds(1))
        }
        script.move(1, "sha256:ab", 1000, of: 1000)
        let found = try statuses(script).compactMap(\.statuses).joined()
        #expect(found.count < 13)
        #expect(found.last?.current == 1000 && found.last?.completed != nil)
        #expect(found.dropLast().allSatisfy { $0.completed == nil })
    }

    @Test func placesWarnings() throws {
        let source = SourceText("FROM a\nMAINTAINER me\n", path: "Dockerfile")
        var script = script(source: source)
        script.send(
            .warning(
                Diagnostic(
                    severity: .warning, rule: "R", message: "m", range: SourceRange(start: 7, end: 17), hint: "h")))
        let warning = try #require(try statuses(script).first?.warnings?.first)
        #expect(String(decoding: warning.short, as: UTF8.self) == "R: m")
        #expect(warning.detail?.map { String(decoding: $0, as: UTF8.self) } == ["h"])
        #expect(warning.sourceInfo?.filename == "Dockerfile")
        #expect(warning.range?.first?.start.line == 2 && warning.range?.first?.start.character == 0)
    }

    @Test func endsWhatIsOpen() throws {
        var script = script()
        script.start(1, "a")
        script.end()
        #expect(try statuses(script).last?.vertexes?.first?.error == "context canceled")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000000Z"), (951_782_400, "2000-02-29T00:00:00.000000000Z"),
        (4_107_542_399, "2100-02-28T23:59:59.000000000Z"), (1_709_164_800, "2024-02-29T00:00:00.000000000Z"),
    ])
    func writesTimes(seconds: Int64, text: String) {
        #expect(Timestamp.text(nanoseconds: seconds * 1_000_000_000) == text)
    }
}

extension String {
    /// The expected text with the digests of the actual one, whose values are not the point.
    fileprivate func replacingDigests(of actual: String) -> String {
        guard let found = actual.firstRange(of: "sha256:") else { return self }
        let digest = String(actual[found.lowerBound...].prefix(71))
        var text = replacing("\"vertex\":\"V\"", with: "\"vertex\":\"\(digest)\"")
        if let own = text.firstRange(of: "\"digest\":\"sha256:") {
            let end = text.index(own.upperBound, offsetBy: 64)
            text.replaceSubrange(own.lowerBound..<end, with: "\"digest\":\"\(digest)")
        }
        return text
    }
}
