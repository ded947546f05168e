import Glibc
import Synchronization

/// Runs the iterations of a loop on threads of its own, never on those of Swift concurrency, which must not block.
enum ParallelLoop {
    /// The number of processors this process may use, at most 8. The C library reads it from a file each time.
    static let processors = max(1, min(8, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))

    /// Calls `body` with 0..<count and returns when all calls have; they run on the calling thread and up to
    /// `threads - 1` more, in any order.
    static func run(count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let loop = Loop(count: count, body: body)
            var helpers: [pthread_t] = []
            for _ in 1..<max(1, min(threads, count)) {
                var thread = pthread_t()
                let status = pthread_create(
                    &thread, nil,
                    { context in
                        if let context { Unmanaged<Loop>.fromOpaque(context).takeUnretainedValue().drain() }
                        return nil
                    }, Unmanaged.passUnretained(loop).toOpaque())
                // Without a thread the work still gets done, by those that there are.
                if status == 0 { helpers.append(thread) }
            }
            loop.drain()
            for helper in helpers { pthread_join(helper, nil) }
            // The helpers hold no reference of their own.
            withExtendedLifetime(loop) {}
        }
    }

    /// The results of `body` for 0..<count, in order.
    static func map<Result: Sendable>(
        count: Int, threads: Int, _ body: @Sendable (Int) -> Result
    ) -> [Result] {
        let results = Results<Result>(count: count)
        run(count: count, threads: threads) { index in
            let result = body(index)
            results.values.withLock { $0[index] = result }
        }
        return results.values.withLock { $0.compactMap { $0 } }
    }

    private final class Loop: Sendable {
        let count: Int
        let body: @Sendable (Int) -> Void
        let next = Atomic<Int>(0)

        init(count: Int, body: @escaping @Sendable (Int) -> Void) {
            self.count = count
            self.body = body
        }

        func drain() {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if index >= count { return }
                body(index)
            }
        }
    }

    private final class Results<Value: Sendable>: Sendable {
        let values: Mutex<[Value?]>

        init(count: Int) {
            values = Mutex(Array(repeating: nil, count: count))
        }
    }
}
