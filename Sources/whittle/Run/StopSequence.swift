import Dispatch
import Glibc
import Sandbox
import Synchronization

/// What signals to `whittle run` do to the container.
///
/// TERM stops it as `docker stop` would: with the image's own signal, and by force when it has not ended in time. The
/// first process of a container ignores signals that it has no handler for, so a second INT means it.
final class StopSequence: Sendable {
    private let control: SandboxControl
    private let stopSignal: Int32
    private let timeout: Int64
    private let interrupts = Mutex(0)
    private let isStopping = Mutex(false)

    init(control: SandboxControl, stopSignal: Int32, timeout: Int64) {
        self.control = control
        self.stopSignal = stopSignal
        self.timeout = timeout
    }

    /// Passes a signal on.
    func receive(_ signal: Int32) {
        switch signal {
        case SIGTERM:
            control.send(signal: stopSignal)
            let isFirst = isStopping.withLock { stopping in
                defer { stopping = true }
                return !stopping
            }
            guard isFirst else { return }
            let control = control
            DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(clamping: timeout))) {
                control.send(signal: SIGKILL)
            }
        case SIGINT:
            let count = interrupts.withLock { count in
                count += 1
                return count
            }
            control.send(signal: count > 1 ? SIGKILL : SIGINT)
        default:
            control.send(signal: signal)
        }
    }
}
