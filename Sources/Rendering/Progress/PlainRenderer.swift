import Builder
import DockerfileSyntax

/// Progress as lines of text in the form that BuildKit's plain progress has, so that what reads one reads the other:
///
///     #3 [build 2/4] RUN make
///     #3 0.512 cc -c main.c
///     #3 DONE 4.2s
///
/// Lines that run side by side are told in turns: one speaks while the others' text waits, for at most
/// ``longestSilence``. A change of turns is a blank line and the name of the one that speaks next. Output is shown
/// whole, however much it is.
struct PlainRenderer: ProgressRenderer {
    /// How long text of a line waits while another one speaks.
    static let longestSilence: Duration = .seconds(3)
    /// How long the one that speaks may have nothing to say while others wait.
    static let longestPause: Duration = .milliseconds(500)
    /// Waiting text beyond this many bytes is shown at once.
    private static let waitingLimit = 256 << 10

    private struct Line {
        var name: String
        var start: Duration
        var reader = LineReader()
        var transfers: [TransferProgress.Key: TransferProgress] = [:]
        /// When a transfer's line was last printed, and how many bytes it told.
        var told: [TransferProgress.Key: (time: Duration, done: Int64)] = [:]
        /// Text that waits for its turn.
        var waiting: [UInt8] = []
        /// Since when there is something to tell: text, or that the line exists.
        var waitingSince: Duration?
    }

    let refreshInterval: Duration? = .milliseconds(100)

    private let style: TextStyle
    private let keepsOutputColor: Bool
    private let diagnostics: DiagnosticText
    private var lines: [VertexID: Line] = [:]
    private var current: VertexID?
    private var lastWord: Duration = .zero
    private var hasWritten = false
    private var count = StepCount()
    private var warnings: [Diagnostic] = []
    private var output: [UInt8] = []

    /// - Parameter keepsOutputColor: whether colours in the output of processes are passed on.
    init(style: TextStyle, keepsOutputColor: Bool, diagnostics: DiagnosticText) {
        self.style = style
        self.keepsOutputColor = keepsOutputColor
        self.diagnostics = diagnostics
    }

    mutating func receive(_ event: BuildEvent, at time: Duration) -> [UInt8] {
        count.receive(event)
        switch event {
        case .planned:
            break
        case .started(let id, let name, _):
            lines[id] = Line(name: ControlSequences.singleLine(name), start: time, waitingSince: time)
            if current == nil { give(id, at: time) }
        case .output(let id, _, let bytes):
            guard let pieces = lines[id]?.reader.read(bytes, at: time) else { break }
            for piece in pieces { say(piece, id, at: time) }
        case .transfer(let id, let item, let kind, let done, let total):
            transfer(TransferProgress.Key(kind: kind, item: item), id, done: done, total: total, at: time)
        case .finished(let id, let outcome):
            finish(id, outcome, at: time)
        case .warning(let diagnostic):
            warnings.append(diagnostic)
        }
        return takeOutput()
    }

    mutating func refresh(at time: Duration) -> [UInt8] {
        for id in lines.keys.sorted() {
            if let piece = lines[id]?.reader.overdue(at: time) { say(piece, id, at: time) }
        }
        let waiting = lines.filter { $0.key != current && $0.value.waitingSince != nil }
            .min { ($0.value.waitingSince ?? .zero, $0.key) < ($1.value.waitingSince ?? .zero, $1.key) }
        if let (id, line) = waiting, let since = line.waitingSince {
            if current == nil || time - since >= Self.longestSilence || time - lastWord >= Self.longestPause {
                give(id, at: time)
            }
        }
        return takeOutput()
    }

    mutating func finish(_ summary: BuildSummary?, at time: Duration) -> [UInt8] {
        for id in lines.keys.sorted() { finish(id, .cancelled, at: time) }
        var blocks: [String] = warnings.map { diagnostics.text(of: $0) + "\n" }
        if let summary {
            blocks.append(SummaryText(summary: summary, count: count, duration: time, style: style).text)
        }
        for block in blocks {
            if hasWritten { output += [newline] }
            output += Array(block.utf8)
            hasWritten = true
        }
        // The error that follows stands apart.
        if summary == nil, hasWritten { output.append(newline) }
        warnings = []
        return takeOutput()
    }

    // MARK: Turns

    /// Makes the line the one that speaks, with what it had waiting.
    private mutating func give(_ id: VertexID, at time: Duration) {
        if let current, current != id, lines[current] != nil {
            breakOff(current)
            output += Array("#\(current.number) ...\n".utf8)
        }
        if current != id {
            if hasWritten { output.append(newline) }
            output += Array(("#\(id.number) " + style.bold(lines[id]?.name ?? "") + "\n").utf8)
        }
        hasWritten = true
        current = id
        lastWord = time
        output += lines[id]?.waiting ?? []
        lines[id]?.waiting = []
        lines[id]?.waitingSince = nil
    }

    /// Ends an unfinished line, because another one is to speak.
    private mutating func breakOff(_ id: VertexID) {
        guard lines[id]?.reader.isOpen == true else { return }
        output.append(newline)
        lines[id]?.reader.breakOff()
    }

    /// Prints whole lines of `id`, now or when its turn comes.
    private mutating func say(_ bytes: [UInt8], _ id: VertexID, at time: Duration) {
        if current == id {
            output += bytes
            lastWord = time
            return
        }
        lines[id]?.waiting += bytes
        if lines[id]?.waitingSince == nil { lines[id]?.waitingSince = time }
        if current == nil || (lines[id]?.waiting.count ?? 0) > Self.waitingLimit { give(id, at: time) }
    }

    // MARK: Content

    private mutating func say(_ piece: LineReader.Piece, _ id: VertexID, at time: Duration) {
        guard let line = lines[id] else { return }
        let prefix = Array("#\(id.number) \(DurationText.seconds(time - line.start, decimals: 3)) ".utf8)
        func clean(_ bytes: [UInt8]) -> [UInt8] {
            ControlSequences.cleaned(bytes, keepingColor: keepsOutputColor)
        }
        switch piece {
        case .line(let text):
            say(prefix + clean(text) + [newline], id, at: time)
        case .end(let text):
            say(clean(text) + [newline], id, at: time)
        case .part(let text, isFirst: true):
            // Only the one that speaks may leave its line open.
            if current != id { give(id, at: time) }
            say(prefix + clean(text), id, at: time)
        case .part(let text, isFirst: false):
            say(clean(text), id, at: time)
        }
    }

    /// Tells of bytes that moved: at the end, and on the way when it takes long.
    private mutating func transfer(
        _ key: TransferProgress.Key, _ id: VertexID, done: Int64, total: Int64?, at time: Duration
    ) {
        guard lines[id] != nil else { return }
        var transfer = lines[id]?.transfers[key] ?? TransferProgress(key, done: 0, total: nil, at: time)
        let wasFinished = transfer.isFinished
        transfer.update(done: done, total: total, at: time)
        lines[id]?.transfers[key] = transfer
        guard !wasFinished else { return }
        if transfer.isFinished {
            tell(transfer, id, at: time)
            return
        }
        let (last, told) = lines[id]?.told[key] ?? (transfer.start, 0)
        let waited = time - last
        let hasMoved = total.map { (done - told) * 20 >= $0 } ?? (done - told >= 10_000_000)
        if waited >= .seconds(10) || (waited >= .seconds(2) && hasMoved) {
            lines[id]?.told[key] = (time, done)
            tell(transfer, id, at: time)
        }
    }

    private mutating func tell(_ transfer: TransferProgress, _ id: VertexID, at time: Duration) {
        var text = "#\(id.number) \(transfer.title)"
        if transfer.key.kind != .unpack { text += " \(transfer.amount)" }
        let elapsed = (transfer.end ?? time) - transfer.start
        if elapsed >= .milliseconds(50) { text += " \(DurationText.seconds(elapsed))s" }
        if transfer.isFinished { text += " done" }
        breakOffIfCurrent(id)
        say(Array((text + "\n").utf8), id, at: time)
    }

    private mutating func breakOffIfCurrent(_ id: VertexID) {
        if current == id { breakOff(id) }
    }

    private mutating func finish(_ id: VertexID, _ outcome: BuildEvent.Outcome, at time: Duration) {
        guard let line = lines[id] else { return }
        if let piece = lines[id]?.reader.finish() { say(piece, id, at: time) }
        let elapsed = DurationText.seconds(time - line.start)
        let word =
            switch outcome {
            case .done: style.green("DONE") + " \(elapsed)s"
            case .cached: style.cyan("CACHED")
            case .failed(let why): style.red("ERROR:") + " " + ControlSequences.singleLine(why)
            case .cancelled: style.yellow("CANCELED")
            }
        if current != id { give(id, at: time) }
        output += Array("#\(id.number) \(word)\n".utf8)
        lines[id] = nil
        current = nil
    }

    private mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    private var newline: UInt8 { UInt8(ascii: "\n") }
}
