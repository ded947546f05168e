import Glibc
import Testing

@testable import Sandbox

@Suite(.serialized, .enabled(if: Requirements.hasSSH, "needs ssh-agent, ssh-add and ssh-keygen, and root"))
struct SSHAgentTests {
    /// Runs a program with a socket as its agent.
    private static func run(_ program: String, _ arguments: [String], agent: String = "") -> (
        code: Int32?, output: String
    ) {
        let collected = Collected()
        let process = RuntimeProcess(
            path: findProgram(program) ?? program, arguments: [program] + arguments,
            streams: StandardStreams(output: .deliver { collected.append($1, $0) }),
            environment: ["PATH=/usr/bin:/bin", "SSH_AUTH_SOCK=\(agent)"])
        let code = try? process.run(control: SandboxControl()).code
        return (code, collected.text(.output) + collected.text(.error))
    }

    private static func makeKey(_ files: TemporaryDirectory, _ name: String, passphrase: String = "") -> String {
        let path = files.path + "/" + name
        _ = run("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", path])
        return path
    }

    @Test func keysAreListedAndNothingElse() async throws {
        try await inPrivateNamespace {
            let files = TemporaryDirectory()
            let scratch = try Scratch(over: files.directory("scratch"))
            defer { scratch.unmount() }
            let key = Self.makeKey(files, "first")
            let other = Self.makeKey(files, "second")
            let agent = try SSHAgent(SSHAgentSource(id: "k", paths: [key]), scratch: scratch)
            defer { agent.close() }
            let socket = try agent.makeSocket(uid: 3, gid: 4, mode: 0o640)
            defer { socket.close() }
            var status = stat()
            stat(socket.path, &status)
            #expect(status.st_uid == 3 && status.st_gid == 4 && status.st_mode & 0o777 == 0o640)

            let list = Self.run("ssh-add", ["-l"], agent: socket.path)
            #expect(list.code == 0 && list.output.contains("first (ED25519)"))
            files.file("message", "text")
            let sign = Self.run(
                "ssh-keygen", ["-Y", "sign", "-n", "file", "-f", key + ".pub", files.path + "/message"],
                agent: socket.path)
            #expect(sign.code == 0, "\(sign.output)")
            #expect(Self.run("ssh-add", [other], agent: socket.path).code != 0)
            #expect(Self.run("ssh-add", ["-D"], agent: socket.path).code != 0)
            #expect(!Self.run("ssh-add", ["-l"], agent: socket.path).output.contains("second"))

            let forwarded = try SSHAgent(SSHAgentSource(paths: [socket.path]), scratch: scratch)
            let second = try forwarded.makeSocket()
            #expect(Self.run("ssh-add", ["-l"], agent: second.path).output.contains("first"))
            second.close()
            #expect(access(second.path, F_OK) != 0)
        }
    }

    @Test func whatIsMissingIsNamed() async throws {
        try await inPrivateNamespace {
            let files = TemporaryDirectory()
            let scratch = try Scratch(over: files.directory("scratch"))
            defer { scratch.unmount() }
            func reason(_ source: SSHAgentSource) -> String? {
                do {
                    _ = try SSHAgent(source, scratch: scratch)
                    return nil
                } catch .sshAgentUnavailable(source.id, let reason) {
                    return reason
                } catch {
                    return nil
                }
            }
            #expect(reason(SSHAgentSource(parsing: "a=/no/key"))?.hasPrefix("/no/key: no such file") == true)
            let secret = Self.makeKey(files, "locked", passphrase: "secret")
            #expect(reason(SSHAgentSource(id: "b", paths: [secret]))?.hasPrefix("cannot load the key") == true)
            #expect(reason(SSHAgentSource(id: "c", paths: [files.file("garbage", "x", mode: 0o600)])) != nil)
        }
    }

    @Test(arguments: [
        ("default", "default", []), ("", "default", []), ("x=/a", "x", ["/a"]), ("x=/a,/b", "x", ["/a", "/b"]),
        ("=/a", "default", ["/a"]),
    ])
    func sources(text: String, id: String, paths: [String]) {
        #expect(SSHAgentSource(parsing: text) == SSHAgentSource(id: id, paths: paths))
    }
}
