import Subprocess
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Runs a program to its end; its standard output. A failure is recorded with what the program said.
@discardableResult
func program(_ name: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> String? {
    let result = try await run(
        .name(name), arguments: Arguments(arguments), environment: .inherit.updating(variables(environment)),
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    guard case .exited(0) = result.terminationStatus else {
        Issue.record("\(name) \(arguments.joined(separator: " ")): \(result.standardError)")
        return nil
    }
    return result.standardOutput
}

private func variables(_ environment: [String: String]) -> [Environment.Key: String?] {
    var variables: [Environment.Key: String?] = [:]
    for (key, value) in environment {
        if let key = Environment.Key(rawValue: key) { variables[key] = value }
    }
    return variables
}

/// Whether a program is there.
func isInstalled(_ name: String) -> Bool {
    ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin"].contains { access("\($0)/\(name)", X_OK) == 0 }
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
func withDebianRegistry(
    _ scratch: ScratchDirectory, htpasswd: String? = nil, _ body: (_ host: String) async throws -> Void
) async throws {
    let port = try freePort()
    let authentication = htpasswd.map { "auth:\n  htpasswd:\n    realm: test\n    path: \($0)\n" } ?? ""
    let configuration = try scratch.write(
        "registry-\(port).yml",
        """
        version: 0.1
        log: {level: error}
        storage: {filesystem: {rootdirectory: \(scratch.path("storage-\(port)"))}, delete: {enabled: true}}
        http: {addr: "127.0.0.1:\(port)"}
        \(authentication)
        """)
    _ = try await run(
        .name("docker-registry"), arguments: ["serve", configuration], input: .none, output: .discarded,
        error: .discarded
    ) { execution in
        do {
            try await waitForPort(port)
            try await body("127.0.0.1:\(port)")
            try execution.send(signal: .terminate)
        } catch {
            try? execution.send(signal: .kill)
            throw error
        }
    }
}

private func waitForPort(_ port: Int) async throws {
    for _ in 0..<200 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isOpen = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isOpen { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("docker-registry does not listen")
}
