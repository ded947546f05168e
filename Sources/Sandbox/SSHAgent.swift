import CLinux
import Glibc
import Synchronization

/// An `--ssh` option: an agent, or keys to put into one.
public struct SSHAgentSource: Sendable, Equatable {
    /// The name that `RUN --mount=type=ssh,id=…` asks for.
    public var id: String
    /// One agent socket, or key files; empty means the agent of the caller's environment.
    public var paths: [String]

    /// The name of the source that a mount without an id means.
    public static let defaultID = "default"

    /// A source with a name.
    public init(id: String = Self.defaultID, paths: [String] = []) {
        self.id = id
        self.paths = paths
    }

    /// Reads `ID[=PATH[,PATH…]]`.
    public init(parsing text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        id = parts[0].isEmpty ? Self.defaultID : String(parts[0])
        paths = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
    }
}

/// An SSH agent that build steps may sign with.
///
/// Steps never see the agent's own socket: it belongs to somebody else and accepts more than signing. Each step gets a socket
/// of its own (``makeSocket(uid:gid:mode:)``) that lets only two requests through, listing keys and signing.
public final class SSHAgent: Sendable {
    private let scratch: Scratch
    private let agentSocket: String
    private let ownAgent: OwnAgent?

    /// An agent with the keys that `source` names; a private `ssh-agent` is started for key files.
    ///
    /// - Throws: ``SandboxError/sshAgentUnavailable(id:reason:)``.
    public init(_ source: SSHAgentSource, scratch: Scratch) throws(SandboxError) {
        self.scratch = scratch
        func unavailable(_ reason: String) -> SandboxError { .sshAgentUnavailable(id: source.id, reason: reason) }
        if source.paths.isEmpty {
            guard let path = getenv("SSH_AUTH_SOCK").map({ String(cString: $0) }), !path.isEmpty else {
                throw unavailable(
                    "SSH_AUTH_SOCK is not set: start an agent, or give a key with --ssh \(source.id)=FILE")
            }
            agentSocket = path
            ownAgent = nil
        } else if source.paths.count == 1, Self.type(of: source.paths[0]) == S_IFSOCK {
            agentSocket = source.paths[0]
            ownAgent = nil
        } else {
            for path in source.paths {
                guard let type = Self.type(of: path) else { throw unavailable("\(path): \(errorText(errno))") }
                guard type == S_IFREG else {
                    throw unavailable("\(path): neither a key file nor the only agent socket")
                }
            }
            let agent = try OwnAgent(keys: source.paths, id: source.id, scratch: scratch)
            ownAgent = agent
            agentSocket = agent.socket
        }
        guard Self.type(of: agentSocket) == S_IFSOCK else {
            ownAgent?.stop()
            throw unavailable("\(agentSocket): no agent listens there")
        }
    }

    /// Opens a socket on which a step can use the agent; mount its `path` into the container.
    public func makeSocket(uid: UInt32 = 0, gid: UInt32 = 0, mode: UInt32 = 0o600) throws(SandboxError)
        -> SSHAgentSocket
    {
        let directory = try scratch.makeDirectory("ssh", mode: 0o711)
        return try SSHAgentSocket(directory: directory, agent: agentSocket, uid: uid, gid: gid, mode: mode)
    }

    /// Stops the private agent, if there is one.
    public func close() {
        ownAgent?.stop()
    }

    private static func type(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}

/// An `ssh-agent` that holds given keys and ends with this process.
private final class OwnAgent: Sendable {
    let socket: String
    private let control = SandboxControl()

    init(keys: [String], id: String, scratch: Scratch) throws(SandboxError) {
        guard let agent = findProgram("ssh-agent"), let add = findProgram("ssh-add") else {
            throw .sshAgentUnavailable(id: id, reason: "ssh-agent is not installed, and it must hold the keys")
        }
        socket = try scratch.makeDirectory("agent") + "/socket"
        // The kernel forgets to kill a set-group-ID program together with its parent, which ssh-agent is on some systems; it does
        // kill everything in the namespace of the shell.
        let process = RuntimeProcess(
            path: "/bin/sh", arguments: ["sh", "-c", "\"$0\" -D -a \"$1\" & wait", agent, socket],
            streams: StandardStreams())
        let control = control
        OwnThread.start { _ = try? process.run(control: control) }
        for _ in 0..<500 where access(socket, F_OK) != 0 { usleep(2000) }

        let messages = Mutex<[UInt8]>([])
        let adding = RuntimeProcess(
            path: add, arguments: ["ssh-add", "-q"] + keys,
            streams: StandardStreams(
                output: .deliver { _, bytes in messages.withLock { $0 += bytes } }),
            environment: ["SSH_AUTH_SOCK=\(socket)", "PATH=/usr/bin:/bin"])
        do throws(SandboxError) {
            // Away from the terminal it cannot ask for a passphrase, and fails.
            let ending = try adding.run(control: SandboxControl())
            guard ending.code == 0 else {
                let text = String(decoding: messages.withLock { $0 }, as: UTF8.self)
                let reason = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
                throw .sshAgentUnavailable(
                    id: id,
                    reason: "cannot load the key: " + (reason.isEmpty ? "it may need a passphrase" : reason))
            }
        } catch {
            stop()
            throw error
        }
    }

    func stop() {
        control.cancel()
    }
}
