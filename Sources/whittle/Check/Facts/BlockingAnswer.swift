import Dispatch
import Synchronization

/// Waits on a thread of the blocking pool for something asynchronous. Rules are plain synchronous code; what they ask the
/// world is not. Never to be called on the cooperative pool.
enum BlockingAnswer {
    /// The answer; nil when the work fails, since a rule without a fact offers no fix.
    static func wait<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value?) -> Value? {
        let answer = Answer<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let value = try? await work()
            answer.value.withLock { $0 = value }
            done.signal()
        }
        done.wait()
        return answer.value.withLock { $0 }
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
