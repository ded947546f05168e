import Glibc
import Synchronization

/// Listens on a port and passes connections on to another port of this machine, byte by byte, for as long as the process
/// lives. One thread listens, and one serves each connection.
final class PortForwarder: Sendable {
    /// Starts to listen.
    init(_ port: PublishedPort) throws {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(port.address, String(port.host), &hints, &found) == 0, let found else {
            throw OptionError("-p \(port.text): \(port.address) is no address")
        }
        defer { freeaddrinfo(found) }
        let listener = socket(found.pointee.ai_family, hints.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard listener >= 0, bind(listener, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
            listen(listener, 64) == 0
        else {
            let reason = String(cString: strerror(errno)).lowercased()
            if listener >= 0 { close(listener) }
            throw CommandFailure(
                status: ExitStatusCode.failure, "error: cannot listen on \(port.address):\(port.host): \(reason)")
        }
        let target = port.container
        Self.start { Self.accept(listener, target) }
    }

    private static func accept(_ listener: Int32, _ target: UInt16) {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                if errno == EMFILE || errno == ENFILE {
                    usleep(50_000)
                    continue
                }
                return
            }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            start {
                // Without a listener there the client sees its connection close, as with a port that docker publishes.
                if let server = connect(target) {
                    relay(client, server)
                    close(server)
                }
                close(client)
            }
        }
    }

    /// A connection to the port on the loopback interface.
    private static func connect(_ port: UInt16) -> Int32? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard server >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 { return server }
        close(server)
        return nil
    }

    /// Copies in both directions until both have ended; an end in one direction is passed on alone.
    private static func relay(_ left: Int32, _ right: Int32) {
        var polled = [
            pollfd(fd: left, events: Int16(POLLIN), revents: 0), pollfd(fd: right, events: Int16(POLLIN), revents: 0),
        ]
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        let other = [right, left]
        while polled[0].fd >= 0 || polled[1].fd >= 0 {
            if poll(&polled, 2, -1) < 0 {
                if errno == EINTR { continue }
                return
            }
            for side in 0..<2 where polled[side].fd >= 0 && polled[side].revents != 0 {
                let count = read(polled[side].fd, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    shutdown(other[side], Int32(SHUT_WR))
                    polled[side].fd = -1
                } else if !send(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: other[side]) {
                    return
                }
            }
        }
    }

    private static func send(_ bytes: UnsafeRawBufferPointer, to socket: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = write(socket, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            if count < 0 { if errno == EINTR { continue } else { return false } }
            offset += count
        }
        return true
    }

    // MARK: Threads

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 256 << 10)
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let result = pthread_create(
            &thread, &attributes,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        if result != 0 { work.release() }
        pthread_attr_destroy(&attributes)
    }
}
