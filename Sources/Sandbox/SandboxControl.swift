import CLinux
import Glibc
import Synchronization

/// A handle on a running process, for the task that waits for something else than its end.
public final class SandboxControl: Sendable {
    private struct State {
        var pidfd: Int32?
        var isCancelled = false
        var pending: [Int32] = []
    }
    private let state = Mutex(State())

    /// A handle that waits for its process.
    public init() {}

    /// Sends a signal to the process; before it has started, as soon as it has. Without an own handler the first process of a
    /// container ignores every signal but `SIGKILL`.
    public func send(signal: Int32) {
        state.withLock { state in
            if let pidfd = state.pidfd {
                _ = sandbox_signal(pidfd, signal)
            } else {
                state.pending.append(signal)
            }
        }
    }

    /// Kills the process and everything it started, now or as soon as it starts.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            if let pidfd = state.pidfd { _ = sandbox_signal(pidfd, SIGKILL) }
        }
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// The process runs; `pidfd` stays valid until ``detach()``.
    func attach(pidfd: Int32) {
        state.withLock { state in
            state.pidfd = pidfd
            for signal in state.isCancelled ? [SIGKILL] : state.pending { _ = sandbox_signal(pidfd, signal) }
            state.pending = []
        }
    }

    func detach() {
        state.withLock { $0.pidfd = nil }
    }
}
