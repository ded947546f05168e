import Testing

@testable import Sandbox

struct ResolverFilesTests {
    @Test(arguments: [
        (
            "nameserver 10.0.0.1\nsearch a b\noptions ndots:1\n", SandboxSpec.Network.host,
            "nameserver 10.0.0.1\nsearch a b\noptions ndots:1\n"
        ),
        ("nameserver 127.0.0.1\n", .host, "nameserver 127.0.0.1\n"),
        ("nameserver 127.0.0.1\nnameserver ::1\nnameserver 10.0.0.1\n", .none, "nameserver 10.0.0.1\n"),
        (
            "# c\n; c\n\nnameserver\t192.0.2.1 # x\nnameserver bad\nsortlist 1\n", .none,
            "nameserver 192.0.2.1\nsortlist 1\n"
        ),
        ("search a\ndomain b\nnameserver fe80::1%eth0\n", .none, "nameserver fe80::1%eth0\nsearch b\n"),
        ("options a\noptions b c\nnameserver 10.0.0.1", .host, "nameserver 10.0.0.1\noptions a b c\n"),
    ])
    func nameserversAreThoseThatAnswer(host: String, network: SandboxSpec.Network, expected: String) {
        #expect(ResolverFiles.resolvConf(host: host, network: network) == expected)
    }

    @Test(arguments: [("", SandboxSpec.Network.host), ("", .none), ("nameserver 127.0.0.53\n", .none)])
    func publicOnesReplaceNone(host: String, network: SandboxSpec.Network) {
        let expected = """
            nameserver 8.8.8.8
            nameserver 8.8.4.4
            nameserver 2001:4860:4860::8888
            nameserver 2001:4860:4860::8844

            """
        #expect(ResolverFiles.resolvConf(host: host, network: network) == expected)
    }

    @Test func overridesReplace() {
        var override = ResolverOverride()
        override.nameservers = ["127.0.0.1"]
        override.searchDomains = [".", "x"]
        override.options = ["edns0"]
        let text = ResolverFiles.resolvConf(host: "nameserver 1.1.1.1\nsearch y\n", network: .none, override: override)
        #expect(text == "nameserver 127.0.0.1\nsearch x\noptions edns0\n")
    }

    @Test func hosts() throws {
        #expect(
            ResolverFiles.hosts(hostname: "h", entries: [HostEntry(name: "a", address: "::2")])
                == "127.0.0.1\tlocalhost h\n::1\tlocalhost ip6-localhost ip6-loopback\n::2\ta\n")
    }

    @Test(arguments: [
        ("db:10.0.0.1", "db", "10.0.0.1"), ("db=10.0.0.1", "db", "10.0.0.1"), ("db:::1", "db", "::1"),
        ("db=[2001:db8::1]", "db", "2001:db8::1"), ("me:host-gateway", "me", "127.0.0.1"),
    ])
    func hostEntries(text: String, name: String, address: String) throws {
        #expect(try HostEntry(parsing: text) == HostEntry(name: name, address: address))
    }

    @Test(arguments: ["", "db", ":1.1.1.1", "db:", "db:1.1.1", "a b:1.1.1.1", "db:1.1.1.1\n2.2.2.2 x"])
    func badHostEntries(text: String) {
        #expect(throws: SandboxError.self) { try HostEntry(parsing: text) }
    }
}
