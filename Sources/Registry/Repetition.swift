/// A failure that may pass, thrown by the body of ``RetryPolicy/run(host:_:)`` to be tried again.
struct MayPass: Error {
    let error: RegistryError
    /// What the registry asked to wait, in seconds.
    var retryAfter: Int?
}

extension RetryPolicy {
    /// Runs `attempt` until it returns, throws something else than ``MayPass``, or the attempts are used up.
    func run<Value>(_ attempt: () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await attempt()
            } catch let failure as MayPass {
                failures += 1
                guard failures < attempts, mayWait(failure.retryAfter) else {
                    throw failure.error.after(attempts: failures)
                }
                try await wait(afterFailures: failures, retryAfter: failure.retryAfter)
            }
        }
    }

    func mayWait(_ retryAfter: Int?) -> Bool {
        retryAfter.map { $0 <= Int(longestRetryAfter.components.seconds) } ?? true
    }

    func wait(afterFailures failures: Int, retryAfter: Int?) async throws {
        let own = delay(afterFailures: failures)
        try await Task.sleep(for: retryAfter.map { max(.seconds($0), own) } ?? own)
    }
}

extension RegistryError {
    /// The same error, knowing how often it happened.
    func after(attempts: Int) -> RegistryError {
        if case .connectionLost(let request, let reason, _) = self {
            return .connectionLost(request, reason: reason, attempts: attempts)
        }
        return self
    }

    var isConnectionLost: Bool {
        if case .connectionLost = self { true } else { false }
    }
}
