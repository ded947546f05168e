import CLinux
import Glibc
import Synchronization

/// A socket on which a build step may list the keys of an agent and sign with them, and nothing else.
public final class SSHAgentSocket: Sendable {
    /// Where it is on the host.
    public let path: String
    private let directory: String
    private let agent: String
    private let listener: Int32
    private let isClosed = Mutex(false)

    init(directory: String, agent: String, uid: UInt32, gid: UInt32, mode: UInt32) throws(SandboxError) {
        self.directory = directory
        self.agent = agent
        path = directory + "/agent"
        listener = try Self.socket(path, then: bind, "bind")
        guard chmod(path, mode_t(mode & 0o777)) == 0, chown(path, uid, gid) == 0, listen(listener, 16) == 0 else {
            let code = errno
            Glibc.close(listener)
            throw .system(call: "listen", path: path, code: code)
        }
        OwnThread.start { [listener, agent] in Self.serve(listener, agent) }
    }

    /// Stops accepting, and removes the socket. Connections that are open end with their programs.
    public func close() {
        let first = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard first else { return }
        // Wakes the accepting thread, which closes the descriptor.
        shutdown(listener, Int32(SHUT_RDWR))
        Scratch.removeTree(directory)
    }

    deinit { close() }

    private typealias Connector = (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32

    private static func socket(_ path: String, then connector: Connector, _ call: String) throws(SandboxError) -> Int32
    {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw .system(call: call, path: path, code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", path: path, code: errno) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connector(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw .system(call: call, path: path, code: code)
        }
        return descriptor
    }

    private static func serve(_ listener: Int32, _ agent: String) {
        defer { Glibc.close(listener) }
        while true {
            let client = accept(listener, nil, nil)
            if client < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            OwnThread.start {
                defer { Glibc.close(client) }
                guard let server = try? socket(agent, then: connect, "connect") else { return }
                defer { Glibc.close(server) }
                while forwardRequest(from: client, to: server) {}
            }
        }
    }

    // The agent protocol (draft-miller-ssh-agent): a big-endian length, then that many bytes, the first of which is the type.
    private static let listKeys: UInt8 = 11
    private static let sign: UInt8 = 13
    private static let failure: [UInt8] = [0, 0, 0, 1, 5]
    private static let longestMessage = 256 * 1024

    /// Answers one request; false when either side has ended.
    private static func forwardRequest(from client: Int32, to server: Int32) -> Bool {
        guard let request = readMessage(client) else { return false }
        guard request.count > 4, request[4] == listKeys || request[4] == sign else { return write(failure, to: client) }
        guard write(request, to: server), let response = readMessage(server) else { return false }
        return write(response, to: client)
    }

    private static func readMessage(_ descriptor: Int32) -> [UInt8]? {
        guard let header = read(4, from: descriptor) else { return nil }
        let length = header.reduce(0) { $0 << 8 | Int($1) }
        guard length > 0, length <= longestMessage, let body = read(length, from: descriptor) else { return nil }
        return header + body
    }

    private static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
        var isComplete = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    isComplete = false
                    return
                }
                filled += got
            }
        }
        return isComplete ? bytes : nil
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                // Without SIGPIPE when the other side has gone.
                send(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
