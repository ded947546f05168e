import Glibc

/// A lock with a condition: state that threads wait on.
///
/// The lock is in memory of its own because pthread's types must not move.
final class Monitor: @unchecked Sendable {
    // Sendable: the pointers never change, and what they point at is made for sharing between threads.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` holding the lock, then wakes everybody who waits.
    func locked<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return try body()
    }

    /// Lets go of the lock until somebody else has had it. Only inside ``locked(_:)``.
    func wait() {
        pthread_cond_wait(condition, mutex)
    }
}

/// A thread that runs one closure, outside of Swift's cooperative pool, which must not block.
struct WorkerThread {
    private let handle: pthread_t

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    init(_ run: @escaping @Sendable () -> Void) throws(LayerFormatError) {
        let body = Unmanaged.passRetained(Body(run))
        var handle = pthread_t()
        let result = pthread_create(
            &handle, nil,
            { argument in
                // The argument is the body retained below; this takes it over.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard result == 0 else {
            body.release()
            throw .noThread(errno: result)
        }
        self.handle = handle
    }

    /// Waits for the end of the closure. Exactly once.
    func join() {
        pthread_join(handle, nil)
    }
}

/// How many threads compress when nobody says: one per processor, and no more than memory is planned for.
func defaultThreadCount() -> Int {
    max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
