import Builder
import DockerfileSyntax

/// What a terminal display knows of a build: its lines, what they print and what they move.
struct BuildPicture: Sendable {
    /// A line of the build.
    struct Line: Sendable {
        let name: String
        let start: Duration
        var end: Duration?
        var outcome: BuildEvent.Outcome?
        var transfers: [TransferProgress] = []
        var screen = OutputScreen()

        /// How long it has taken so far, or took in all.
        func elapsed(at time: Duration) -> Duration { (end ?? time) - start }
    }

    /// In the order in which they appeared.
    private(set) var lines: [Line] = []
    private(set) var count = StepCount()
    private(set) var warnings: [Diagnostic] = []
    private var index: [VertexID: Int] = [:]

    /// How a build ended that made nothing: it was cancelled, unless a line failed by itself.
    var badEnding: PictureLayout.Ending {
        let outcomes = lines.map(\.outcome)
        let hasFailed = outcomes.contains { if case .failed = $0 { true } else { false } }
        return !hasFailed && outcomes.contains(.cancelled) ? .cancelled : .failed
    }

    mutating func receive(_ event: BuildEvent, at time: Duration) {
        count.receive(event)
        switch event {
        case .planned:
            break
        case .started(let id, let name, _):
            index[id] = lines.count
            lines.append(Line(name: ControlSequences.singleLine(name), start: time))
        case .output(let id, _, let bytes):
            guard let position = index[id] else { return }
            lines[position].screen.write(bytes)
        case .transfer(let id, let item, let kind, let done, let total):
            guard let position = index[id] else { return }
            let key = TransferProgress.Key(kind: kind, item: item)
            if let known = lines[position].transfers.firstIndex(where: { $0.key == key }) {
                lines[position].transfers[known].update(done: done, total: total, at: time)
            } else {
                lines[position].transfers.append(TransferProgress(key, done: done, total: total, at: time))
            }
        case .finished(let id, let outcome):
            guard let position = index[id] else { return }
            end(position, outcome, at: time)
        case .warning(let diagnostic):
            warnings.append(diagnostic)
        }
    }

    /// Nothing more will come: what is still running was cancelled.
    mutating func close(at time: Duration) {
        for position in lines.indices where lines[position].outcome == nil { end(position, .cancelled, at: time) }
    }

    private mutating func end(_ position: Int, _ outcome: BuildEvent.Outcome, at time: Duration) {
        lines[position].outcome = outcome
        lines[position].end = time
        lines[position].screen = OutputScreen()
        for transfer in lines[position].transfers.indices { lines[position].transfers[transfer].close(at: time) }
    }
}

extension BuildPicture.Line {
    /// All that was moved, as one figure: `12.3 MB / 45.6 MB, 3 of 7 layers`; nil when nothing was.
    var moved: String? {
        // Unpacking moves the same bytes once more.
        let counted = transfers.filter { $0.key.kind != .unpack }
        guard let first = counted.first else { return nil }
        let done = counted.reduce(0) { $0 + $1.done }
        let finished = counted.count(where: \.isFinished)
        if finished == counted.count { return SizeText.decimal(done) }
        let totals = counted.compactMap { $0.total ?? ($0.isFinished ? $0.done : nil) }
        guard totals.count == counted.count else { return SizeText.decimal(done) }
        let amount = "\(SizeText.decimal(done)) / \(SizeText.decimal(totals.reduce(0, +)))"
        return counted.count == 1 || first.key.kind == .fetch
            ? amount : "\(amount), \(finished) of \(counted.count) layers"
    }
}
