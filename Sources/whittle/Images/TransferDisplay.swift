import Builder
import Glibc
import OCI
import Rendering
import Synchronization

/// Progress of pulls and pushes on standard error: one line that is redrawn on a terminal, a line per blob elsewhere.
final class TransferDisplay: Sendable {
    private struct Item {
        var done: Int64
        var total: Int64
        var isReported = false
    }

    private struct State {
        /// Of those that have not been shown.
        var titles: [VertexID: String] = [:]
        var items: [String: Item] = [:]
        var lastDrawn: ContinuousClock.Instant?
        var hasLine = false
    }

    private let state = Mutex(State())
    private let isQuiet: Bool
    private let redraws: Bool

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        redraws = !isQuiet && isatty(STDERR_FILENO) == 1
    }

    /// Shows one event.
    func receive(_ event: BuildEvent) {
        guard !isQuiet else { return }
        state.withLock { state in
            switch event {
            case .started(let id, let name, _):
                state.titles[id] = name
            case .transfer(let id, let item, let kind, let done, let total):
                guard let total, kind == .pull || kind == .push else { return }
                // What moves nothing is not worth a line.
                if let title = state.titles.removeValue(forKey: id) {
                    clear(&state)
                    state.items = [:]
                    StandardError.write(title)
                }
                var known = state.items[item] ?? Item(done: 0, total: total)
                known.done = done
                if !redraws, done >= total, !known.isReported {
                    known.isReported = true
                    let digest = item.split(separator: ":").last.map { $0.prefix(12) } ?? ""
                    StandardError.write("  \(kind == .push ? "pushed" : "pulled") \(digest) \(SizeText.decimal(total))")
                }
                state.items[item] = known
                if redraws { draw(&state) }
            case .finished:
                clear(&state)
            case .planned, .output, .warning:
                break
            }
        }
    }

    /// Takes the line away.
    func finish() { state.withLock { clear(&$0) } }

    private func draw(_ state: inout State) {
        let now = ContinuousClock.now
        if let last = state.lastDrawn, last.duration(to: now) < .milliseconds(80) { return }
        state.lastDrawn = now
        let done = state.items.values.reduce(0) { $0 + $1.done }
        let total = state.items.values.reduce(0) { $0 + $1.total }
        let complete = state.items.values.count { $0.done >= $0.total }
        StandardError.writeRaw(
            "\r\u{1B}[2K  \(complete)/\(state.items.count) blobs, \(SizeText.decimal(done)) of \(SizeText.decimal(total))"
        )
        state.hasLine = true
    }

    private func clear(_ state: inout State) {
        guard state.hasLine else { return }
        StandardError.writeRaw("\r\u{1B}[2K")
        state.hasLine = false
    }
}
