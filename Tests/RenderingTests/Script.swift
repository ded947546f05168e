import Builder
import DockerfileSyntax

@testable import Rendering

/// Events with the times at which they come.
struct Script {
    var renderer: any ProgressRenderer
    private(set) var output: [UInt8] = []
    private(set) var time: Duration = .zero

    init(_ renderer: some ProgressRenderer) { self.renderer = renderer }

    var text: String { String(decoding: output, as: UTF8.self) }

    /// Lets time pass, with the refreshes that come in it.
    mutating func wait(_ duration: Duration) {
        let end = time + duration
        guard let interval = renderer.refreshInterval else {
            time = end
            return
        }
        while time + interval <= end {
            time += interval
            output += renderer.refresh(at: time)
        }
        time = end
    }

    mutating func send(_ event: BuildEvent) { output += renderer.receive(event, at: time) }

    mutating func start(_ number: Int, _ name: String, _ kind: VertexKind = .step) {
        send(.started(VertexID(number), name: name, kind: kind))
    }

    mutating func print(_ number: Int, _ text: String) {
        send(.output(VertexID(number), .standardOutput, Array(text.utf8)))
    }

    mutating func move(
        _ number: Int, _ item: String, _ done: Int64, of total: Int64?, _ kind: BuildEvent.TransferKind = .pull
    ) {
        send(.transfer(VertexID(number), item: item, kind, done: done, total: total))
    }

    mutating func finish(_ number: Int, _ outcome: BuildEvent.Outcome = .done) {
        send(.finished(VertexID(number), outcome))
    }

    mutating func end(_ summary: BuildSummary? = nil) { output += renderer.finish(summary, at: time) }

    /// What has been written since the last call.
    mutating func take() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// A plain display without colours.
    static func plain(source: SourceText? = nil, keepsColor: Bool = false) -> Script {
        Script(
            PlainRenderer(
                style: TextStyle(isEnabled: false), keepsOutputColor: keepsColor,
                diagnostics: DiagnosticText(source: source, usesColor: false, width: 80)))
    }

    /// A terminal display without colours.
    static func terminal(_ columns: Int = 60, _ rows: Int = 20, glyphs: Glyphs = .ascii) -> Script {
        Script(
            TerminalRenderer(
                style: TextStyle(isEnabled: false), glyphs: glyphs,
                diagnostics: DiagnosticText(source: nil, usesColor: false, width: 80)
            ) { TerminalSize(columns: columns, rows: rows) })
    }
}

extension BuildSummary {
    /// An image of two layers, one of them new.
    static let example = BuildSummary(
        images: [
            Image(
                platform: .init(os: "linux", architecture: "amd64"),
                layers: [
                    Layer(compressedSize: 3_000_000, uncompressedSize: 8_000_000, madeBy: nil),
                    Layer(compressedSize: 1_200_000, uncompressedSize: 4_000_000, madeBy: "[2/2] RUN make"),
                ])
        ], digest: nil, names: ["app:1"], outputs: ["local store", "app.tar (OCI archive)"])
}
