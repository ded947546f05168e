import Glibc
import Testing

@testable import Sandbox

/// Text from images, hosts and runtimes is nobody's promise: whatever it is, it is read or refused.
struct HostileInputTests {
    /// Pieces that mean something somewhere, in a random order that is the same on every run.
    private static func text(seed: UInt64) -> String {
        let pieces = [
            "root", ":", "x", "0", "99999999999999999999", "\n", "#", " ", "\t", "\"", "\\", "\\u", "{", "}", "\"msg\"",
            "\"level\"",
            "error", "nameserver", "127.0.0.1", "::1", "%", "search", "options", "magic", "mask", "7f454c", "enabled",
            "flags:",
            "interpreter", "offset", "-1", "é", "\u{0}", ",", "=", "[", "]", "/", "..",
        ]
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<40).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return pieces[Int(state % UInt64(pieces.count))]
        }.joined()
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func everythingIsReadOrRefused(seed: UInt64) {
        let text = Self.text(seed: seed + 1)
        let files = TemporaryDirectory()
        files.file("etc/passwd", text)
        files.file("etc/group", text)
        for name in ["root", "root:x", "0:x", text] { _ = try? UserLookup.resolve(name, in: files.path) }
        let resolver = ResolverFiles.resolvConf(host: text, network: .none)
        #expect(resolver.contains("nameserver ") && !resolver.contains("nameserver 127."))
        _ = try? HostEntry(parsing: text)
        _ = SSHAgentSource(parsing: text)
        files.file("registry/status", "enabled\n")
        files.file("registry/handler", "enabled\n" + text)
        _ = try? ForeignArchitecture.ensureRunnable("s390x", registry: files.path + "/registry")
        let message = RuntimeMessage(runtime: OCIRuntime(path: "/usr/bin/crun"), command: text)
        _ = message.failure(
            inLog: files.file("log", "{\"level\":\"error\",\"msg\":\"" + text), withheld: Array(text.utf8))
        if let resolved = try? RootPath.resolve(text, in: files.path) {
            #expect(resolved == files.path || resolved.hasPrefix(files.path + "/"))
        }
    }
}
