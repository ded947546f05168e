import Synchronization

/// A value that one task produces and others wait for.
///
/// Waiting ends with `CancellationError` when the waiting task is cancelled, so a failed stage never leaves another
/// one hanging.
final class Gate<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiting: [Int: CheckedContinuation<Value, any Error>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Lets all waiting tasks go on. Called once.
    func open(_ value: Value) {
        let waiting = state.withLock { state in
            state.value = value
            let all = Array(state.waiting.values)
            state.waiting = [:]
            return all
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    /// The value, as soon as there is one.
    func value() async throws -> Value {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state -> Result<Value, any Error>? in
                    if let value = state.value { return .success(value) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
            continuation?.resume(throwing: CancellationError())
        }
    }
}
