import CLinux
import Dispatch
import Glibc
import Synchronization

/// Passes signals that this process gets to a function, on a thread of its own.
///
/// Handlers rather than ignored signals with a signal descriptor: a program started meanwhile finds all signals at their
/// defaults.
final class SignalRelay: Sendable {
    /// What is relayed.
    static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]

    private let reader: Int32

    /// Starts to catch signals. There is one relay in a process, and it stays.
    init(_ receive: @escaping @Sendable (Int32) -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw CommandFailure(status: ExitStatusCode.failure, "error: cannot make a pipe for signals")
        }
        reader = ends[0]
        relayedSignals.store(ends[1], ordering: .releasing)
        for signal in Self.signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                // Only what signal-safety(7) allows. A full pipe means that the reader has enough to do.
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(relayedSignals.load(ordering: .acquiring), &byte, 1)
                errno = saved
            }
            action.sa_flags = Int32(SA_RESTART)
            sigaction(signal, &action, nil)
        }
        let reader = reader
        DispatchQueue(label: "signals").async {
            var byte: UInt8 = 0
            while true {
                let count = read(reader, &byte, 1)
                if count == 1 { receive(Int32(byte)) } else if count == 0 || errno != EINTR { return }
            }
        }
    }
}

/// The write end of the relay's pipe: a signal handler can reach nothing but globals.
private let relayedSignals = Atomic<Int32>(-1)
