import OCI
import TestSupport
import Testing

@testable import Registry

@Suite("TLS", .enabled(if: isInstalled("openssl"), "openssl is not installed"))
struct TLSTests {
    /// A self-signed certificate for `name`.
    private func certificate(_ scratch: ScratchDirectory, _ file: String, name: String) async throws -> (
        certificate: String, key: String
    ) {
        let paths = (scratch.path(file + ".pem"), scratch.path(file + ".key"))
        try await program(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=test",
                "-addext", "subjectAltName=\(name)", "-keyout", paths.1, "-out", paths.0,
            ])
        return paths
    }

    private func strict(_ scratch: ScratchDirectory, _ environment: [String: String] = [:]) -> RegistryClientOptions {
        testOptions {
            $0.loopbackIsInsecure = false
            $0.environment = environment
            $0.certificateDirectories = [scratch.path("certs.d")]
        }
    }

    @Test func certificates() async throws {
        try await ScratchDirectory.run { scratch in
            let image = try RandomImage(seed: 1)
            var server = FakeRegistry.Options()
            let tls = try await certificate(scratch, "right", name: "IP:127.0.0.1")
            server.tls = tls
            try await FakeRegistry.run(server) { registry in
                registry.add(image, to: "app", tag: "1")
                let name = try reference("\(registry.host)/app:1")
                // Unknown authority.
                try await withClient(options: strict(scratch)) { client in
                    let error = await registryError { _ = try await client.resolve(name, platform: .host) }
                    #expect(
                        error
                            == .tls(
                                host: registry.host,
                                reason: "the certificate is not signed by a trusted authority, or has expired"))
                }
                // Known by SSL_CERT_FILE, by certs.d, not asked for.
                try await withClient(options: strict(scratch, ["SSL_CERT_FILE": tls.certificate])) { client in
                    let resolved = try await client.resolve(name, platform: .host)
                    #expect(resolved.descriptor.digest == image.digest)
                }
                try await withClient(options: testOptions()) { client in
                    let resolved = try await client.resolve(name, platform: .host)
                    #expect(resolved.descriptor.digest == image.digest)
                }
                try scratch.write("certs.d/\(registry.host)/ca.crt", try scratch.read("right.pem"))
                try await withClient(options: strict(scratch)) { client in
                    let resolved = try await client.resolve(name, platform: .host)
                    #expect(resolved.descriptor.digest == image.digest)
                }
                try scratch.write("certs.d/\(registry.host)/ca.crt", "nonsense")
                try await withClient(options: strict(scratch)) { client in
                    let error = await registryError { _ = try await client.resolve(name, platform: .host) }
                    guard case .configuration(scratch.path("certs.d/\(registry.host)/ca.crt"), nil, _) = error else {
                        throw error ?? CancellationError()
                    }
                }
            }
        }
    }

    @Test func clientCertificates() async throws {
        try await ScratchDirectory.run { scratch in
            var server = FakeRegistry.Options()
            let tls = try await certificate(scratch, "server", name: "IP:127.0.0.1")
            let client = try await certificate(scratch, "client", name: "DNS:me")
            server.tls = tls
            server.clientAuthority = client.certificate
            try await FakeRegistry.run(server) { registry in
                let directory = "certs.d/\(registry.host)/"
                try scratch.write(directory + "ca.crt", try scratch.read("server.pem"))
                try await withClient(options: strict(scratch)) { client in
                    let error = await registryError { try await client.ping(host: registry.host) }
                    switch error {
                    case .tls, .connectionLost: break
                    default: Issue.record("\(error?.description ?? "nil")")
                    }
                }
                try scratch.write(directory + "me.cert", try scratch.read("client.pem"))
                try await withClient(options: strict(scratch)) { client in
                    let error = await registryError { try await client.ping(host: registry.host) }
                    guard case .configuration(_, nil, "there is no me.key beside it") = error else {
                        throw error ?? CancellationError()
                    }
                }
                try scratch.write(directory + "me.key", try scratch.read("client.key"))
                try await withClient(options: strict(scratch)) { client in
                    try await client.ping(host: registry.host)
                }
            }
        }
    }

    @Test func anothersCertificate() async throws {
        try await ScratchDirectory.run { scratch in
            var server = FakeRegistry.Options()
            let tls = try await certificate(scratch, "other", name: "DNS:other.example")
            server.tls = tls
            try await FakeRegistry.run(server) { registry in
                try await withClient(options: strict(scratch, ["SSL_CERT_FILE": tls.certificate])) { client in
                    let error = await registryError { try await client.ping(host: registry.host) }
                    #expect(error == .tls(host: registry.host, reason: "the certificate is for another host"))
                }
            }
        }
    }

    @Test func plainHTTPWhereTLSIsDue() async throws {
        try await FakeRegistry.run { registry in
            try await ScratchDirectory.run { scratch in
                try await withClient(options: strict(scratch)) { client in
                    let error = await registryError { try await client.ping(host: registry.host) }
                    guard case .tls(registry.host, _) = error else { throw error ?? CancellationError() }
                    #expect(registry.requests.isEmpty)
                }
            }
        }
    }

    @Test func missingAuthoritiesFile() async throws {
        try await ScratchDirectory.run { scratch in
            try await withClient(options: strict(scratch, ["SSL_CERT_FILE": "/nowhere.pem"])) { client in
                let error = await registryError { try await client.ping(host: "127.0.0.1:1") }
                guard case .configuration("/nowhere.pem", nil, _) = error else { throw error ?? CancellationError() }
            }
        }
    }

    @Test func neverDownToPlainHTTP() async throws {
        try await ScratchDirectory.run { scratch in
            var server = FakeRegistry.Options()
            let tls = try await certificate(scratch, "right", name: "IP:127.0.0.1")
            server.tls = tls
            let blob = [UInt8](repeating: 1, count: 1000)
            try await FakeRegistry.run { plain in
                server.authentication = .token(users: ["me": "secret"])
                server.realm = plain.origin + "/token"
                try await FakeRegistry.run(server) { registry in
                    let store = CredentialStore(environment: home(scratch))
                    try await store.save(.basic(username: "me", password: Secret("secret")), host: registry.host)
                    try await withClient(
                        credentials: store, options: strict(scratch, ["SSL_CERT_FILE": tls.certificate])
                    ) { client in
                        let error = await registryError { try await client.ping(host: registry.host) }
                        guard case .authenticationUnsupported(_, let reason) = error else {
                            throw error ?? CancellationError()
                        }
                        #expect(reason.contains("not secured by TLS"))
                    }
                }
                server.authentication = .none
                try await FakeRegistry.run(server) { registry in
                    registry.inject(Fault(.redirect(plain.origin + "/"), method: "GET", path: "/blobs/"))
                    registry.inject(
                        Fault(.header("Location", plain.origin + "/v2/app/blobs/uploads/1"), method: "POST"))
                    try await withClient(options: strict(scratch, ["SSL_CERT_FILE": tls.certificate])) { client in
                        let name = try reference("\(registry.host)/app")
                        let error = await registryError {
                            _ = try await fetch(client, name, Descriptor(mediaType: "", describing: blob))
                        }
                        guard case .redirectRefused = error else { throw error ?? CancellationError() }
                    }
                }
                #expect(plain.requests.isEmpty)
            }
        }
    }
}
