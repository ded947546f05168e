import Glibc
import Subprocess
import TestSupport
import Testing

@Suite(
    "Registries",
    .enabled(if: canRun && isInstalled("docker-registry"), "needs root, busybox-static and docker-registry"))
struct RegistryCommandTests {
    @Test("an image is pushed, pulled and used")
    func pushAndPull() async throws {
        try await Program.with { whittle in
            try await whittle.build("app:1")
            try await withRegistry(whittle.scratch) { host in
                let pushed = try await whittle("push", "app:1", "\(host)/team/app:1")
                #expect(pushed.status == 0, "\(pushed.error)")
                #expect(pushed.output.hasPrefix("sha256:"))
                // A second time nothing is sent, and another repository shares the layers.
                #expect(try await whittle("push", "-q", "app:1", "\(host)/team/app:1").output == pushed.output)
                try await whittle("tag", "app:1", "\(host)/team/app:1", "\(host)/other/app:2")
                #expect(try await whittle("push", "\(host)/other/app:2").output == pushed.output)
                if isInstalled("skopeo") {
                    let seen = try await whittle.other(
                        "skopeo", "inspect", "--tls-verify=false", "docker://\(host)/other/app:2")
                    #expect(seen.output.contains(pushed.output.split(separator: "\n")[0]), "\(seen.error)")
                }
                var fresh = whittle
                fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("other")
                let pulled = try await fresh("pull", "\(host)/team/app:1")
                #expect(pulled.output == pushed.output, "\(pulled.error)")
                #expect(try await fresh("pull", "\(host)/team/app:1").error.contains("up to date"))
                #expect(
                    try await fresh("run", "--pull", "never", "\(host)/team/app:1", "/bin/busybox", "cat", "/data/file")
                        .output == "content\n")
                expectOneError(try await fresh("pull", "\(host)/team/absent"), status: 1, "team/absent", "not found")
                expectOneError(try await fresh("push", "absent"), status: 1, "absent:latest")
                expectOneError(
                    try await fresh("pull", "--platform", "linux/s390x", "\(host)/team/absent:1"), status: 1, "absent")
                #expect(
                    try await fresh("run", "docker://\(host)/other/app:2", "/bin/busybox", "echo", "ok").output
                        == "ok\n")
            }
        }
    }

    @Test("an image of several platforms is pushed as an index")
    func platforms() async throws {
        try await Program.with { whittle in
            try whittle.scratch.write("context/file", "content\n")
            try whittle.scratch.write("context/Dockerfile", "FROM scratch\nCOPY file /file\n")
            let built = try await whittle(
                "build", "-q", "--platform", "linux/amd64,linux/arm64", "-t", "multi", whittle.scratch.path("context"))
            try #require(built.status == 0, "\(built.error)")
            try await withRegistry(whittle.scratch) { host in
                let pushed = try await whittle("push", "multi", "\(host)/multi")
                #expect(pushed.status == 0, "\(pushed.error)")
                var fresh = whittle
                fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("all")
                #expect(try await fresh("pull", "--platform", "all", "\(host)/multi").output == pushed.output)
                #expect(try await fresh("push", "\(host)/multi", "\(host)/again").output == pushed.output)
                let list = try await fresh("images", "--format", "json").output
                #expect(list.contains("linux/amd64") && list.contains("linux/arm64"), "\(list)")
                // Pulled for one platform, it is pushed on for that one, and says so.
                fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("one")
                #expect(try await fresh("pull", "--platform", "linux/arm64", "\(host)/multi").status == 0)
                let part = try await fresh("push", "\(host)/multi", "\(host)/part")
                #expect(part.status == 0)
                #expect(part.error.contains("without linux/amd64"), "\(part.error)")
                expectOneError(
                    try await fresh("pull", "--platform", "linux/s390x", "\(host)/multi"), status: 1, "linux/s390x",
                    "linux/arm64")
            }
        }
    }

    @Test("credentials are checked, kept and forgotten", .enabled(if: isInstalled("htpasswd")))
    func authentication() async throws {
        try await Program.with { whittle in
            try await whittle.build("app:1")
            let entry = try await whittle.other("htpasswd", "-Bbn", "user", "right").output
            try whittle.scratch.write("htpasswd", entry)
            try await withRegistry(whittle.scratch, htpasswd: whittle.scratch.path("htpasswd")) { host in
                expectOneError(try await whittle("push", "app:1", "\(host)/app:1"), status: 1, "authentication")
                expectOneError(
                    try await whittle("login", "-u", "user", "--password-stdin", host, input: "wrong\n"), status: 1,
                    "refused")
                expectOneError(try await whittle("login", "-u", "user", host), status: 2, "--password-stdin")
                let login = try await whittle("login", "-u", "user", "--password-stdin", host, input: "right\n")
                #expect(login.status == 0, "\(login.error)")
                let pushed = try await whittle("push", "app:1", "\(host)/app:1")
                #expect(pushed.status == 0, "\(pushed.error)")
                var fresh = whittle
                fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("other")
                #expect(try await fresh("pull", "\(host)/app:1").output == pushed.output)
                #expect(try await whittle("logout", host).output.contains("Removed"))
                expectOneError(try await fresh("pull", "\(host)/app:2"), status: 1, "authentication")
                #expect(try await whittle("logout", host).output.contains("Not logged in"))
            }
        }
    }

    @Test("a registry that is not there is named")
    func unreachable() async throws {
        try await Program.with { whittle in
            try await whittle.build("app:1")
            let host = "127.0.0.1:\(try freePort())"
            expectOneError(try await whittle("pull", "\(host)/app"), status: 1, host, "refused")
            expectOneError(try await whittle("push", "app:1", "\(host)/app"), status: 1, host, "refused")
            expectOneError(try await whittle("run", "\(host)/app"), status: 125, host)
            expectOneError(
                try await whittle("login", "-u", "u", "--password-stdin", host, input: "p"), status: 1, host)
        }
    }
}

/// A port of 127.0.0.1 on which nobody listens at the moment.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    try #require(isBound)
    return Int(UInt16(bigEndian: address.sin_port))
}

/// Runs Debian's docker-registry on a port of 127.0.0.1 while `body` runs. `htpasswd` names a password file.
func withRegistry(
    _ scratch: ScratchDirectory, htpasswd: String? = nil, _ body: (_ host: String) async throws -> Void
) async throws {
    let port = try freePort()
    let authentication = htpasswd.map { "auth:\n  htpasswd:\n    realm: test\n    path: \($0)\n" } ?? ""
    let configuration = try scratch.write(
        "registry-\(port).yml",
        """
        version: 0.1
        log: {level: error}
        storage: {filesystem: {rootdirectory: \(scratch.path("storage-\(port)"))}}
        http: {addr: "127.0.0.1:\(port)"}
        \(authentication)
        """)
    _ = try await run(
        .name("docker-registry"), arguments: ["serve", configuration],
        // It takes every such variable for its own.
        environment: .inherit.updating(["REGISTRY_AUTH_FILE": nil]), input: .none, output: .discarded,
        error: .discarded
    ) { execution in
        do {
            for _ in 0..<200 {
                if try isListening(port) { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            try await body("127.0.0.1:\(port)")
            try execution.send(signal: .terminate)
        } catch {
            try? execution.send(signal: .kill)
            throw error
        }
    }
}

private func isListening(_ port: Int) throws -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
