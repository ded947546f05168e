import Synchronization

/// Shows base images as lines of their own, `[build 1/4] FROM …`, however many steps wait for their layers.
///
/// A base image that is all there is told as cached when a stage starts on it. One that has to be fetched or unpacked
/// gets its line when the first step needs it, and keeps it until the last one has what it needs.
final class BaseImageLines: Sendable {
    private struct Line {
        var vertex: VertexID
        var users = 0
        var outcome = BuildEvent.Outcome.done
    }

    private struct State {
        var names: [BlobOrigin: String] = [:]
        var lines: [BlobOrigin: Line] = [:]
        var told: Set<BlobOrigin> = []
    }

    private let state = Mutex(State())
    private let progress: Progress

    init(progress: Progress) { self.progress = progress }

    /// Gives the image of an origin its name; the first name counts.
    func name(_ origin: BlobOrigin, _ name: String) {
        state.withLock { state in
            if state.names[origin] == nil { state.names[origin] = name }
        }
    }

    /// Tells once that all layers of the origin's image are there.
    func tellCached(_ origin: BlobOrigin) {
        let name = state.withLock { state in state.told.insert(origin).inserted ? state.names[origin] : nil }
        guard let name else { return }
        progress.send(.finished(progress.start(name), .cached))
    }

    /// Runs `body`, which fetches or unpacks layers of the origin's image, under the image's line.
    func whileFetching<Value: Sendable>(
        _ origin: BlobOrigin, _ body: (VertexID) async throws -> Value
    ) async throws -> Value {
        let vertex = begin(origin)
        do {
            let value = try await body(vertex)
            end(origin, .done)
            return value
        } catch {
            end(origin, error is CancellationError ? .cancelled : .failed("\(error)"))
            throw error
        }
    }

    private func begin(_ origin: BlobOrigin) -> VertexID {
        state.withLock { state in
            state.told.insert(origin)
            var line =
                state.lines[origin] ?? Line(vertex: progress.start(state.names[origin] ?? "pull \(origin.imageName)"))
            line.users += 1
            state.lines[origin] = line
            return line.vertex
        }
    }

    private func end(_ origin: BlobOrigin, _ outcome: BuildEvent.Outcome) {
        state.withLock { state in
            guard var line = state.lines[origin] else { return }
            line.users -= 1
            if line.outcome == .done { line.outcome = outcome }
            state.lines[origin] = line.users > 0 ? line : nil
            if line.users == 0 { progress.send(.finished(line.vertex, line.outcome)) }
        }
    }
}

extension BlobOrigin {
    /// The image that layers of this origin belong to, for people.
    var imageName: String {
        switch self {
        case .store: "base image"
        case .registry(let reference): reference.familiar
        case .layout(let directory): directory
        }
    }
}
