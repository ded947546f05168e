import OCI
import TestSupport
import Testing

@testable import Registry

@Suite("Challenges, scopes, addresses")
struct HeaderTests {
    @Test func challenges() {
        let parsed = Challenge.parse([
            #"Bearer realm="https://auth.example/token",service="a, b",scope="repository:x:pull,push" , Basic realm="q\"x""#,
            "Negotiate", "",
        ])
        #expect(
            parsed == [
                Challenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://auth.example/token", "service": "a, b", "scope": "repository:x:pull,push",
                    ]), Challenge(scheme: "basic", parameters: ["realm": "q\"x"]),
                Challenge(scheme: "negotiate", parameters: [:]),
            ])
        #expect(Challenge.parse([#"bearer realm=unquoted,realm="second""#]).first?.parameters == ["realm": "unquoted"])
    }

    @Test func challengesFromNoise() {
        var generator = DeterministicGenerator(seed: 11)
        let alphabet = Array("Bearer realm=\"x\\,scope \t=;:éA\u{0}".utf8)
        for _ in 0..<20_000 {
            let count = Int(generator.next() % 40)
            let bytes = (0..<count).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] }
            _ = Challenge.parse([String(decoding: bytes, as: UTF8.self)])
        }
    }

    @Test func scopes() {
        #expect(Scope("repository:host:5000/a:push,pull")?.description == "repository:host:5000/a:pull,push")
        #expect(Scope("nothing") == nil)
        #expect(Scope("repository:x") == nil)
        #expect(Scope.merged([.pull("a"), .push("a"), .pull("b")]) == [.push("a"), .pull("b")])
    }

    @Test func addresses() {
        let base = WebAddress("https://Registry.example:5000/v2/a/blobs/uploads/1?x=1")
        #expect(base?.host == "registry.example")
        #expect(base?.redacted == "https://registry.example:5000/v2/a/blobs/uploads/1?…")
        #expect(base?.resolving("/v2/b")?.text == "https://registry.example:5000/v2/b")
        #expect(base?.resolving("2?y=2")?.text == "https://registry.example:5000/v2/a/blobs/uploads/2?y=2")
        #expect(base?.resolving("?z")?.text == "https://registry.example:5000/v2/a/blobs/uploads/1?z")
        #expect(base?.resolving("//other/x")?.text == "https://other/x")
        #expect(base?.resolving("/a?next=http://b/")?.text == "https://registry.example:5000/a?next=http://b/")
        #expect(WebAddress("https://user:pass@host/x")?.text == "https://host/x")
        #expect(WebAddress("https://[::1]:5000/")?.isLoopback == true)
        #expect(WebAddress("https://a#f")?.text == "https://a/")
        for bad in [
            "", "host", "ftp://x", "https://", "https://a:b", "https://a:70000", "https://a b", "https://a/ b",
            "https://[::1", "https://a:1:2",
        ] {
            #expect(WebAddress(bad) == nil, "\(bad)")
        }
        #expect(WebAddress("http://127.0.0.1.example/")?.isLoopback == false)
        #expect(WebAddress("http://127.9.9.9/")?.isLoopback == true)
        #expect(WebAddress("https://a/")?.adding("digest", "sha256:1 +").text == "https://a/?digest=sha256%3A1%20%2B")
        #expect(WebAddress("https://a/?s=1")?.adding("d", "1").text == "https://a/?s=1&d=1")
        if let one = WebAddress("https://a/"), let same = WebAddress("https://A:443/x"),
            let plain = WebAddress("http://a:443/")
        {
            #expect(one.sharesOrigin(with: same))
            #expect(!one.sharesOrigin(with: plain))
        }
    }

    @Test func proxies() throws {
        let rules = ProxyRules(environment: [
            "HTTPS_PROXY": "http://me:pw@proxy.example:3128",
            "no_proxy": "internal.example, .corp.example:8443,10.0.0.1,172.16.0.0/12",
        ])
        func host(_ text: String) throws -> String? { rules.proxy(for: try #require(WebAddress(text)))?.host }
        #expect(try host("https://registry.example/") == "proxy.example")
        #expect(try host("http://registry.example/") == nil)
        #expect(try host("https://internal.example/") == nil)
        #expect(try host("https://a.internal.example/") == nil)
        #expect(try host("https://notinternal.example/") == "proxy.example")
        #expect(try host("https://a.corp.example:8443/") == nil)
        #expect(try host("https://a.corp.example/") == "proxy.example")
        #expect(try host("https://10.0.0.1/") == nil)
        #expect(try host("https://localhost/") == nil)
        #expect(try host("https://10.1.2.3:5000/") == "proxy.example")
        #expect(try host("https://172.20.255.1:5000/") == nil)
        #expect(try host("https://172.32.0.1:5000/") == "proxy.example")
        #expect(rules.proxy(for: try #require(WebAddress("https://x/")))?.userInformation == "me:pw")
    }

    /// The fake registry is no proxy; it is enough to see what it is asked for, and by whom.
    @Test func requestsGoThroughTheProxy() async throws {
        try await FakeRegistry.run { proxy in
            let options = testOptions { $0.environment = ["https_proxy": "http://me:secret@\(proxy.host)"] }
            try await withClient(options: options) { client in
                let error = await registryError {
                    _ = try await client.resolve(try reference("registry.invalid/app:1"), platform: .host)
                }
                guard case .unreachable("registry.invalid", let reason) = error else {
                    throw error ?? CancellationError()
                }
                #expect(reason.contains("proxy"))
            }
            let request = try #require(proxy.requests.last)
            #expect(request.method == "CONNECT")
            #expect(request.uri == "registry.invalid:443")
            #expect(request.headers["proxy-authorization"] == "Basic bWU6c2VjcmV0")
        }
    }

    @Test func secretsDoNotShow() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        let credentials = Credentials.basic(username: "me", password: secret)
        for text in [
            "\(secret)", String(reflecting: secret), dumped, "\(credentials)", String(reflecting: credentials),
        ] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
    }
}
