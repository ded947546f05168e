import Glibc

/// Calls a function at intervals from a thread of its own, until it is stopped.
///
/// A thread and not a task: the display must go on while every thread of the concurrency pool is busy.
final class RefreshTimer: Sendable {
    private let thread: pthread_t
    /// Written to, to wake the thread, which watches the other end.
    private let wakeWriter: Int32

    /// What the thread does.
    private final class Work: Sendable {
        let milliseconds: Int32
        let wakeReader: Int32
        let body: @Sendable () -> Void

        init(milliseconds: Int32, wakeReader: Int32, body: @escaping @Sendable () -> Void) {
            self.milliseconds = milliseconds
            self.wakeReader = wakeReader
            self.body = body
        }

        func run() {
            defer { close(wakeReader) }
            while true {
                var watched = pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0)
                let ready = poll(&watched, 1, milliseconds)
                if ready > 0 { return }
                if ready == 0 { body() }
            }
        }
    }

    /// Starts the thread; nil when the system has none to give.
    init?(every interval: Duration, _ body: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let parts = interval.components
        let milliseconds = parts.seconds * 1_000 + parts.attoseconds / 1_000_000_000_000_000
        let work = Work(milliseconds: Int32(clamping: max(1, milliseconds)), wakeReader: ends[0], body: body)
        let retained = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, retained.toOpaque())
        guard result == 0 else {
            retained.release()
            close(ends[0])
            close(ends[1])
            return nil
        }
        self.thread = thread
        wakeWriter = ends[1]
    }

    /// Ends the thread and waits for it. To be called once.
    func stop() {
        // A byte and not the closing of the pipe: a process started in between may hold a copy of this end.
        var byte: UInt8 = 0
        _ = write(wakeWriter, &byte, 1)
        pthread_join(thread, nil)
        close(wakeWriter)
    }
}
