import Dispatch
import Glibc
import Store
import Synchronization

/// Threads for work that blocks: walking, hashing, compressing, mounting, waiting for a process.
///
/// Swift's cooperative pool has one thread per core; a few blocking calls on it stop every other task. Work sent here
/// leaves that pool free, so that progress and network traffic go on.
public final class BlockingPool: TaskExecutor {
    /// The program's pool. Threads are started when they are first needed and live until the process ends.
    public static let shared = BlockingPool(limit: 16)
    /// Threads that only wait. Whoever holds what they wait for may need a thread of ``shared`` to get done with it, so
    /// the two never share any.
    static let waiting = BlockingPool(limit: 1_024)

    private struct State {
        var jobs: [UnownedJob] = []
        var next = 0
        var idle = 0
        var threads = 0
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes a job; called by the concurrency runtime.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let startsThread = state.withLock { state -> Bool in
            state.jobs.append(job)
            let waiting = state.jobs.count - state.next
            guard state.idle < waiting, state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        if startsThread { start() }
        available.signal()
    }

    private func start() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 4 << 20)
        var thread = pthread_t()
        // The pool is never freed while a thread uses it: the thread holds this reference for the process's life.
        let pool = Unmanaged.passRetained(self)
        pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<BlockingPool>.fromOpaque(context).takeUnretainedValue().work()
                return nil
            }, pool.toOpaque())
        pthread_attr_destroy(&attributes)
    }

    private func work() {
        while true {
            state.withLock { $0.idle += 1 }
            available.wait()
            let job = state.withLock { state -> UnownedJob? in
                state.idle -= 1
                guard state.next < state.jobs.count else { return nil }
                let job = state.jobs[state.next]
                state.next += 1
                if state.next > 256, state.next * 2 > state.jobs.count {
                    state.jobs.removeFirst(state.next)
                    state.next = 0
                }
                return job
            }
            job?.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// Runs blocking work on ``BlockingPool/shared`` and suspends until it is done.
func blocking<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(BlockingPool.shared) { try body() }
}

/// Waits for a lock of the store that is held across suspensions, without taking a thread away from its holder.
///
/// - Parameter body: Takes the lock; it hands its argument to the store, so that the wait ends when the task is cancelled.
/// - Throws: `CancellationError` when the task was cancelled, else what `body` throws.
func waitingForLock<Value: Sendable>(_ body: @Sendable (@escaping KeepWaiting) throws -> Value) async throws -> Value {
    do {
        return try await withTaskExecutorPreference(BlockingPool.waiting) { try body { !Task.isCancelled } }
    } catch {
        try Task.checkCancellation()
        throw error
    }
}
