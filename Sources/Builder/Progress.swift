import Synchronization

/// Hands out vertex numbers and passes events on, in order of call.
public final class Progress: Sendable {
    private let counter = Atomic<Int>(0)
    private let sink: @Sendable (BuildEvent) -> Void

    /// Creates a source of events that end up in `sink`, which is called from any thread.
    public init(_ sink: @escaping @Sendable (BuildEvent) -> Void) { self.sink = sink }

    /// Sends one event.
    public func send(_ event: BuildEvent) { sink(event) }

    /// Announces a vertex and gives its id.
    func start(_ name: String, _ kind: VertexKind = .surrounding) -> VertexID {
        let id = VertexID(counter.wrappingAdd(1, ordering: .relaxed).newValue)
        sink(.started(id, name: name, kind: kind))
        return id
    }

    /// Runs `body` as a vertex: started before, finished after, failed when it throws.
    func vertex<Value: Sendable>(
        _ name: String, _ body: (VertexID) async throws -> Value
    ) async throws -> Value {
        let id = start(name)
        do {
            let value = try await body(id)
            sink(.finished(id, .done))
            return value
        } catch is CancellationError {
            sink(.finished(id, .cancelled))
            throw CancellationError()
        } catch {
            sink(.finished(id, .failed("\(error)")))
            throw error
        }
    }
}
