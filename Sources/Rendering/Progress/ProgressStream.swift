import Glibc

/// Where progress is written: a file descriptor that may be a terminal, a file or a pipe.
struct ProgressStream: Sendable {
    let descriptor: Int32

    /// Writes all bytes, waiting for a reader that is slow. A reader that is gone, or a full disk under a log, must not
    /// end the build: what cannot be written is dropped.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = Glibc.poll(&poll, 1, 1_000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
