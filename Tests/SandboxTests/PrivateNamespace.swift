import Glibc
import Sandbox
import Synchronization

/// Runs test bodies on one thread that lives in a private mount namespace, since a test process has threads long before a test
/// starts; the threads that this one starts live there too.
final class PrivateNamespace: TaskExecutor {
    static let shared = PrivateNamespace()
    private let jobs = Mutex<[UnownedJob]>([])

    private init() {
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { _ in
                do {
                    try MountNamespace.enterPrivate()
                } catch {
                    fatalError("\(error)")
                }
                PrivateNamespace.shared.serve()
            }, nil)
        precondition(result == 0)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    private func serve() -> Never {
        while true {
            let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else {
                usleep(200)
            }
        }
    }
}

/// Runs `body` in a private mount namespace.
func inPrivateNamespace<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await Task(executorPreference: PrivateNamespace.shared) { try await body() }.value
}
