import OCI
import TestSupport
import Testing

@testable import Registry

@Suite("Authentication")
struct AuthenticationTests {
    private func withRegistry(
        _ authentication: FakeRegistry.Authentication, credentials: Credentials? = nil,
        _ change: (inout FakeRegistry.Options) -> Void = { _ in },
        _ body: (FakeRegistry, RegistryClient, Reference, RandomImage) async throws -> Void
    ) async throws {
        var options = FakeRegistry.Options()
        options.authentication = authentication
        change(&options)
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run(options) { registry in
            registry.add(image, to: "team/app", tag: "1")
            try await ScratchDirectory.run { scratch in
                let store = CredentialStore(environment: home(scratch))
                if let credentials { try await store.save(credentials, host: registry.host) }
                try await withClient(credentials: store) { client in
                    try await body(registry, client, try reference("\(registry.host)/team/app:1"), image)
                }
            }
        }
    }

    private let me = Credentials.basic(username: "me", password: Secret("right"))
    private let liar = Credentials.basic(username: "me", password: Secret("wrong-and-never-shown"))

    @Test func basic() async throws {
        try await withRegistry(.basic(["me": "right"]), credentials: me) { registry, client, name, image in
            let resolved = try await client.resolve(name, platform: .host)
            #expect(resolved.descriptor.digest == image.digest)
            try await expectFetch(client, name, image.manifest.config, image.configBytes)
            // The first request finds out; all later ones know.
            #expect(registry.requests.filter { $0.headers["authorization"] == nil && $0.path != "/v2/" }.count == 1)
        }
    }

    @Test func basicWithoutCredentials() async throws {
        try await withRegistry(.basic(["me": "right"])) { registry, client, name, _ in
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .authenticationRequired(registry.host, _, nil) = error else {
                throw error ?? CancellationError()
            }
        }
    }

    @Test func basicRefused() async throws {
        try await withRegistry(.basic(["me": "right"]), credentials: liar) { registry, client, name, _ in
            for _ in 0..<2 {
                let error = await registryError { _ = try await client.resolve(name, platform: .host) }
                guard case .authenticationRefused(registry.host, "me", _, _) = error else {
                    throw error ?? CancellationError()
                }
                #expect(!"\(error as Any)".contains("wrong-and-never-shown"))
            }
            #expect(registry.requests("GET", "/manifests/").count <= 4)
        }
    }

    @Test func token() async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: me) { registry, client, name, image in
            _ = try await client.resolve(name, platform: .host)
            try await expectFetch(client, name, image.manifest.config, image.configBytes)
            let asked = registry.requests("GET", "/token")
            #expect(asked.count == 1)
            #expect(asked.first?.uri.contains("scope=repository%3Ateam%2Fapp%3Apull") ?? false)
            #expect(asked.first?.uri.contains("service=fake") ?? false)
            #expect(asked.first?.uri.contains("account=me") ?? false)
        }
    }

    @Test func anonymousToken() async throws {
        try await withRegistry(.token(users: ["me": "right"], anonymousPull: true)) { registry, client, name, image in
            let resolved = try await client.resolve(name, platform: .host)
            #expect(resolved.descriptor.digest == image.digest)
            let error = await registryError {
                try await client.uploadBlob(name, .sha256(of: [1]), .bytes([1]))
            }
            guard case .authenticationRequired(registry.host, _, let note) = error else {
                throw error ?? CancellationError()
            }
            #expect(note?.contains("team/app") ?? false)
        }
    }

    @Test func tokenRefused() async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: liar) { registry, client, name, _ in
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .authenticationRefused(registry.host, "me", _, let detail) = error else {
                throw error ?? CancellationError()
            }
            #expect(detail?.message == "incorrect username or password")
            #expect(error?.description.contains("wrong-and-never-shown") == false)
        }
    }

    @Test func tokenRequired() async throws {
        try await withRegistry(.token(users: ["me": "right"])) { registry, client, name, _ in
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .authenticationRequired(registry.host, _, _) = error else { throw error ?? CancellationError() }
        }
    }

    @Test func refreshToken() async throws {
        try await withRegistry(
            .token(users: [:], refreshTokens: ["refresh-1"]), credentials: .identityToken(Secret("refresh-1"))
        ) { registry, client, name, image in
            let resolved = try await client.resolve(name, platform: .host)
            #expect(resolved.descriptor.digest == image.digest)
            #expect(registry.requests("POST", "/token").count == 1)
            // In the body, never in the address, which ends up in logs.
            #expect(registry.requests.allSatisfy { !$0.uri.contains("refresh-1") })
        }
        try await withRegistry(
            .token(users: [:], refreshTokens: ["refresh-1"]), credentials: .identityToken(Secret("stale"))
        ) { _, client, name, _ in
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .authenticationRefused(_, nil, _, let detail) = error else { throw error ?? CancellationError() }
            #expect(detail?.code == "invalid_grant")
        }
    }

    @Test func registryToken() async throws {
        try await withRegistry(.token(users: [:]), credentials: .bearer(Secret("given"))) {
            registry, client, name, image in
            registry.allow(token: "given", scopes: ["repository:team/app": ["pull"]])
            let resolved = try await client.resolve(name, platform: .host)
            #expect(resolved.descriptor.digest == image.digest)
            #expect(registry.requests("GET", "/token").isEmpty)
        }
    }

    @Test func expiredTokensAreReplaced() async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: me, { $0.tokenUses = 2 }) {
            registry, client, name, image in
            for _ in 0..<5 {
                let resolved = try await client.resolve(name, platform: .host)
                #expect(resolved.descriptor.digest == image.digest)
            }
            #expect(registry.requests("GET", "/token").count == 3)
        }
    }

    @Test func tokenServiceIsTriedAgain() async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: me) { registry, client, name, image in
            registry.inject(Fault(.status(503), path: "/token", times: 2))
            let resolved = try await client.resolve(name, platform: .host)
            #expect(resolved.descriptor.digest == image.digest)
        }
    }

    @Test(
        "token documents that are none",
        arguments: ["", "{}", "[]", #"{"token":""}"#, #"{"token":7}"#, #"{"token":"a\r\nX-Evil: 1"}"#])
    func brokenTokens(text: String) async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: me) { registry, client, name, _ in
            registry.inject(Fault(.body(Array(text.utf8), type: "application/json"), path: "/token"))
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .invalidResponse = error else { throw error ?? CancellationError() }
        }
    }

    @Test func hugeTokensAreNotRead() async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: me) { registry, client, name, _ in
            registry.inject(Fault(.extendChunked(3 << 20), path: "/token"))
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .tooLarge = error else { throw error ?? CancellationError() }
        }
    }

    @Test(
        "challenges that cannot be met",
        arguments: [nil, "Negotiate", "Bearer", "Bearer realm=\"gopher://x\"", "Digest realm=\"x\""])
    func challenges(header: String?) async throws {
        try await withRegistry(.basic(["me": "right"]), credentials: me) { registry, client, name, _ in
            registry.inject(Fault(.header("WWW-Authenticate", header), path: "/v2/"))
            let error = await registryError { _ = try await client.resolve(name, platform: .host) }
            guard case .authenticationUnsupported = error else { throw error ?? CancellationError() }
        }
    }

    @Test func challengesForSomethingElseAreNotPassedOn() async throws {
        try await withRegistry(.token(users: ["me": "right"]), credentials: me) { registry, client, name, _ in
            registry.inject(
                Fault(
                    .header(
                        "WWW-Authenticate",
                        "Bearer realm=\"\(registry.origin)/token\",service=\"fake\",scope=\"repository:other/app:delete,push\""
                    ),
                    path: "/manifests/", times: 1))
            _ = try await client.resolve(name, platform: .host)
            #expect(registry.requests("GET", "/token").allSatisfy { !$0.uri.contains("other") })
        }
    }

    @Test func loginAndLogout() async throws {
        for authentication: FakeRegistry.Authentication in [.basic(["me": "right"]), .token(users: ["me": "right"])] {
            var options = FakeRegistry.Options()
            options.authentication = authentication
            try await FakeRegistry.run(options) { registry in
                try await ScratchDirectory.run { scratch in
                    let store = CredentialStore(environment: home(scratch))
                    try await withClient(credentials: store) { client in
                        let error = await registryError { try await client.login(to: registry.host, liar) }
                        guard case .authenticationRefused = error else { throw error ?? CancellationError() }
                        #expect(try scratch.files().isEmpty)
                        let place = try await client.login(to: "http://\(registry.host)/", me)
                        #expect(place == scratch.path("run/containers/auth.json"))
                        // A wrong password after a right one is still wrong.
                        let again = await registryError { try await client.login(to: registry.host, liar) }
                        guard case .authenticationRefused = again else { throw again ?? CancellationError() }
                        let found = try await store.lookup(host: registry.host, repository: "any/thing").credentials
                        #expect(found == me)
                        let erased = try await store.logout(from: registry.host)
                        #expect(erased == .init(removed: [place], remaining: []))
                        let none = try await store.lookup(host: registry.host, repository: nil).credentials
                        #expect(none == nil)
                    }
                }
            }
        }
    }
}
