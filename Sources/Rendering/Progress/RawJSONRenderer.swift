import Builder
import DockerfileSyntax
import FoundationEssentials
import OCI

/// Progress for programs: one JSON object per event and line.
struct RawJSONRenderer: ProgressRenderer {
    /// Two reports on one item are at least this far apart, except for the last.
    static let transferInterval: Duration = .milliseconds(100)

    let refreshInterval: Duration? = nil

    private let source: SourceText?
    /// When the build began, in nanoseconds since 1970.
    private let beginning: Int64
    private var vertices: [VertexID: SolveStatus.Vertex] = [:]
    private var transfers: [VertexID: [TransferProgress.Key: TransferProgress]] = [:]
    private var reported: [VertexID: [TransferProgress.Key: Duration]] = [:]

    init(source: SourceText?, beginning: Int64) {
        self.source = source
        self.beginning = beginning
    }

    mutating func receive(_ event: BuildEvent, at time: Duration) -> [UInt8] {
        switch event {
        case .planned:
            return []
        case .started(let id, let name, _):
            let vertex = SolveStatus.Vertex(digest: Self.digest(id, name), name: name, started: stamp(time))
            vertices[id] = vertex
            return line(SolveStatus(vertexes: [vertex]))
        case .output(let id, let stream, let bytes):
            guard let vertex = vertices[id] else { return [] }
            let log = SolveStatus.Log(
                vertex: vertex.digest, stream: stream == .standardOutput ? 1 : 2, data: Data(bytes),
                timestamp: stamp(time))
            return line(SolveStatus(logs: [log]))
        case .transfer(let id, let item, let kind, let done, let total):
            return transfer(id, TransferProgress.Key(kind: kind, item: item), done: done, total: total, at: time)
        case .finished(let id, let outcome):
            return finish(id, outcome, at: time)
        case .warning(let diagnostic):
            return line(SolveStatus(warnings: [warning(diagnostic)]))
        }
    }

    mutating func refresh(at time: Duration) -> [UInt8] { [] }

    mutating func finish(_ summary: BuildSummary?, at time: Duration) -> [UInt8] {
        vertices.keys.sorted().reduce(into: []) { $0 += finish($1, .cancelled, at: time) }
    }

    private mutating func finish(_ id: VertexID, _ outcome: BuildEvent.Outcome, at time: Duration) -> [UInt8] {
        guard var vertex = vertices.removeValue(forKey: id) else { return [] }
        transfers[id] = nil
        reported[id] = nil
        vertex.completed = stamp(time)
        switch outcome {
        case .done: break
        case .cached: vertex.cached = true
        case .failed(let why): vertex.error = why
        case .cancelled: vertex.error = "context canceled"
        }
        return line(SolveStatus(vertexes: [vertex]))
    }

    private mutating func transfer(
        _ id: VertexID, _ key: TransferProgress.Key, done: Int64, total: Int64?, at time: Duration
    ) -> [UInt8] {
        guard let vertex = vertices[id] else { return [] }
        var transfer = transfers[id]?[key] ?? TransferProgress(key, done: 0, total: nil, at: time)
        let wasFinished = transfer.isFinished
        transfer.update(done: done, total: total, at: time)
        transfers[id, default: [:]][key] = transfer
        if wasFinished { return [] }
        if !transfer.isFinished, let last = reported[id]?[key], time - last < Self.transferInterval { return [] }
        reported[id, default: [:]][key] = time
        let status = SolveStatus.Status(
            id: transfer.title, vertex: vertex.digest, name: key.kind.rawValue, total: transfer.total ?? 0,
            current: transfer.done, timestamp: stamp(time), started: stamp(transfer.start),
            completed: transfer.end.map(stamp))
        return line(SolveStatus(statuses: [status]))
    }

    private func warning(_ diagnostic: Diagnostic) -> SolveStatus.Warning {
        let text = diagnostic.rule.map { "\($0): \(diagnostic.message)" } ?? diagnostic.message
        var warning = SolveStatus.Warning(
            vertex: Self.digest(VertexID(0), "Dockerfile"), level: 1, short: Data(text.utf8),
            detail: diagnostic.hint.map { [Data($0.utf8)] })
        if let source, let range = diagnostic.range {
            func position(_ offset: Int) -> SolveStatus.Position {
                let (line, column) = source.position(of: offset)
                return SolveStatus.Position(line: line, character: column - 1)
            }
            warning.sourceInfo = SolveStatus.SourceInfo(filename: source.path)
            warning.range = [SolveStatus.Range(start: position(range.start), end: position(range.end))]
        }
        return warning
    }

    /// Names a vertex within one build.
    private static func digest(_ id: VertexID, _ name: String) -> String {
        Digest.sha256(of: Array("\(id.number) \(name)".utf8)).description
    }

    private func stamp(_ time: Duration) -> String {
        let parts = time.components
        return Timestamp.text(
            nanoseconds: beginning + parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }

    private func line(_ status: SolveStatus) -> [UInt8] {
        // Strings, numbers and data can always be encoded; a line that could not would say nothing.
        guard let bytes = try? CanonicalJSON.encode(status) else { return [] }
        return bytes + [UInt8(ascii: "\n")]
    }
}
