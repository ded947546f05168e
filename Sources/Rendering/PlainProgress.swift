import Builder
import Glibc
import Synchronization

/// Progress as lines of text, `#3 0.512 output`, for logs and pipes.
public final class PlainProgress: Sendable {
    private struct Line {
        var name: String
        var start: ContinuousClock.Instant
        /// Output that has not ended with a newline yet.
        var rest: [UInt8] = []
    }

    private struct State {
        var lines: [VertexID: Line] = [:]
        var last: VertexID?
    }

    private let state = Mutex(State())
    private let clock = ContinuousClock()
    private let write: @Sendable (String) -> Void

    /// Creates a printer; `write` gets whole lines.
    public init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// Shows one event.
    public func receive(_ event: BuildEvent) {
        state.withLock { state in
            switch event {
            case .started(let id, let name, _):
                state.lines[id] = Line(name: name, start: clock.now)
                show(id, &state, name)
            case .output(let id, _, let bytes):
                guard var line = state.lines[id] else { return }
                line.rest += bytes
                while let end = line.rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let text = String(decoding: line.rest[..<end], as: UTF8.self)
                    line.rest.removeSubrange(...end)
                    show(id, &state, "\(seconds(since: line.start)) \(text)")
                }
                state.lines[id] = line
            case .transfer, .planned:
                break
            case .finished(let id, let outcome):
                guard let line = state.lines[id] else { return }
                if !line.rest.isEmpty {
                    show(id, &state, "\(seconds(since: line.start)) \(String(decoding: line.rest, as: UTF8.self))")
                }
                switch outcome {
                case .done: show(id, &state, "DONE \(seconds(since: line.start))s")
                case .cached: show(id, &state, "CACHED")
                case .failed(let why): show(id, &state, "ERROR: \(why)")
                case .cancelled: show(id, &state, "CANCELED")
                }
                state.lines[id] = nil
            case .warning(let diagnostic):
                write("warning: \(diagnostic.message)\n")
            }
        }
    }

    private func show(_ id: VertexID, _ state: inout State, _ text: String) {
        if let last = state.last, last != id { write("\n") }
        state.last = id
        write("#\(id.number) \(text)\n")
    }

    private func seconds(since start: ContinuousClock.Instant) -> String {
        let parts = start.duration(to: clock.now).components
        let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
        let rest = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
