import OCI
import TestSupport
import Testing

@testable import Registry

@Suite("Redirects")
struct RedirectTests {
    private let blob = [UInt8](repeating: 5, count: 50_000)

    @Test func credentialsStayWithTheRegistry() async throws {
        var options = FakeRegistry.Options()
        options.authentication = .basic(["me": "secret"])
        try await FakeRegistry.run(options) { registry in
            try await FakeRegistry.run { cdn in
                registry.addBlob(blob, to: "app")
                cdn.addBlob(blob, to: "app")
                registry.inject(Fault(.redirect(cdn.origin + "/"), method: "GET", path: "/blobs/"))
                try await ScratchDirectory.run { scratch in
                    let store = CredentialStore(environment: home(scratch))
                    try await store.save(.basic(username: "me", password: Secret("secret")), host: registry.host)
                    try await withClient(credentials: store) { client in
                        let name = try reference("\(registry.host)/app")
                        try await client.ping(host: registry.host)
                        try await expectFetch(client, name, Descriptor(mediaType: "", describing: blob), blob)
                        #expect(cdn.requests("GET", "/blobs/").count == 1)
                        #expect(cdn.requests.allSatisfy { $0.headers["authorization"] == nil })
                        #expect(registry.requests("GET", "/blobs/").allSatisfy { $0.headers["authorization"] != nil })
                    }
                }
            }
        }
    }

    @Test func rangesFollowTheRedirect() async throws {
        try await FakeRegistry.run { registry in
            try await FakeRegistry.run { cdn in
                registry.addBlob(blob, to: "app")
                cdn.addBlob(blob, to: "app")
                registry.inject(Fault(.redirect(cdn.origin + "/"), method: "GET", path: "/blobs/"))
                cdn.inject(Fault(.dropAnswer(after: 20_000), path: "/blobs/", times: 1))
                try await withClient { client in
                    let name = try reference("\(registry.host)/app")
                    try await expectFetch(client, name, Descriptor(mediaType: "", describing: blob), blob)
                    #expect(cdn.requests("GET", "/blobs/").last?.headers["range"]?.hasPrefix("bytes=") ?? false)
                }
            }
        }
    }

    @Test func loopsEnd() async throws {
        try await FakeRegistry.run { registry in
            registry.inject(Fault(.redirect(registry.origin + "/"), path: "/blobs/"))
            try await withClient { client in
                let error = await registryError {
                    _ = try await fetch(
                        client, try reference("\(registry.host)/app"), Descriptor(mediaType: "", describing: blob))
                }
                guard case .redirectRefused(_, "more than 5 redirects") = error else {
                    throw error ?? CancellationError()
                }
                #expect(registry.requests("GET", "/blobs/").count == 6)
            }
        }
    }

    @Test("targets that are none", arguments: ["ftp://example.com/x", "file:///etc/passwd", "http://", "http://a b/"])
    func noTargets(target: String) async throws {
        try await FakeRegistry.run { registry in
            registry.inject(Fault(.redirect(target), path: "/blobs/"))
            try await withClient { client in
                let error = await registryError {
                    _ = try await fetch(
                        client, try reference("\(registry.host)/app"), Descriptor(mediaType: "", describing: blob))
                }
                switch error {
                case .redirectRefused, .unreachable, .invalidHost: break
                case .notFound where target.hasPrefix("file"): break
                default: Issue.record("\(target): \(error?.description ?? "nil")")
                }
            }
        }
    }
}
