import Glibc
import OCI
import TestSupport
import Testing

@testable import Registry

@Suite("Hostile and broken registries")
struct FaultTests {
    private let blob: [UInt8] = {
        var generator = DeterministicGenerator(seed: 4)
        return generator.bytes(700_000)
    }()

    private func withBlob(
        _ faults: Fault..., options: RegistryClientOptions = testOptions(),
        _ body: (FakeRegistry, RegistryClient, Reference, Descriptor) async throws -> Void
    ) async throws {
        try await FakeRegistry.run { registry in
            registry.addBlob(blob, to: "app")
            for fault in faults { registry.inject(fault) }
            try await withClient(options: options) { client in
                try await body(
                    registry, client, try reference("\(registry.host)/app"), Descriptor(mediaType: "", describing: blob)
                )
            }
        }
    }

    // MARK: What passes

    @Test func droppedConnectionsAreContinued() async throws {
        try await withBlob(Fault(.dropAnswer(after: 200_000), path: "/blobs/", times: 3)) {
            registry, client, name, descriptor in
            try await expectFetch(client, name, descriptor, blob)
            let ranges = registry.requests("GET", "/blobs/").map { $0.headers["range"] }
            #expect(ranges.count == 4)
            #expect(ranges[0] == nil)
            #expect(ranges[1...].allSatisfy { $0?.hasPrefix("bytes=") ?? false })
        }
    }

    @Test func rangesThatAreIgnoredAreSkipped() async throws {
        try await withBlob(
            Fault(.dropAnswer(after: 300_000), path: "/blobs/", times: 1), Fault(.ignoreRange, path: "/blobs/")
        ) { registry, client, name, descriptor in
            try await expectFetch(client, name, descriptor, blob)
            #expect(registry.requests("GET", "/blobs/").count == 2)
        }
    }

    @Test("passing failures", arguments: [408, 429, 500, 502, 503, 504])
    func passingFailures(status: Int) async throws {
        try await withBlob(Fault(.status(status), path: "/blobs/", times: 3)) { _, client, name, descriptor in
            try await expectFetch(client, name, descriptor, blob)
        }
    }

    @Test func everyThirdRequestFails() async throws {
        let image = try RandomImage(seed: 5)
        for behaviour: Fault.Behaviour in [.status(503), .closeBeforeAnswer, .dropAnswer(after: 10)] {
            try await FakeRegistry.run { registry in
                registry.add(image, to: "app", tag: "1")
                registry.inject(Fault(behaviour, every: 3))
                try await withClient { client in
                    let name = try reference("\(registry.host)/app:1")
                    for _ in 0..<4 {
                        let resolved = try await client.resolve(name, platform: .host)
                        #expect(resolved.manifestBytes == image.manifestBytes)
                        for (layer, bytes) in zip(image.manifest.layers, image.layers) {
                            try await expectFetch(client, name, layer, bytes)
                        }
                    }
                }
            }
        }
    }

    @Test func retryAfterIsHonoured() async throws {
        try await withBlob(Fault(.status(429, headers: ["Retry-After": "1"]), path: "/blobs/", times: 1)) {
            _, client, name, descriptor in
            let started = ContinuousClock.now
            try await expectFetch(client, name, descriptor, blob)
            #expect(ContinuousClock.now - started >= .seconds(1))
        }
    }

    @Test func stalledDownloadsAreContinued() async throws {
        try await withBlob(
            Fault(.stall(after: 300_000), path: "/blobs/", times: 1),
            options: testOptions { $0.stallTimeout = .seconds(3) }
        ) { registry, client, name, descriptor in
            try await expectFetch(client, name, descriptor, blob)
            #expect(registry.requests("GET", "/blobs/").count >= 2)
        }
    }

    // MARK: What does not

    @Test func retryAfterBeyondPatienceIsRateLimiting() async throws {
        try await withBlob(
            Fault(
                .status(429, headers: ["Retry-After": "3600"], code: "TOOMANYREQUESTS", message: "slow down"),
                path: "/blobs/")
        ) { registry, client, name, descriptor in
            let error = await registryError { _ = try await fetch(client, name, descriptor) }
            #expect(
                error
                    == .rateLimited(
                        host: registry.host, retryAfter: 3600,
                        detail: .init(code: "TOOMANYREQUESTS", message: "slow down")))
            #expect(registry.requests("GET", "/blobs/").count == 1)
        }
    }

    @Test func attemptsAreBounded() async throws {
        for behaviour: Fault.Behaviour in [.status(500), .closeBeforeAnswer, .dropAnswer(after: 1000)] {
            try await withBlob(Fault(behaviour, path: "/blobs/")) { registry, client, name, descriptor in
                let error = await registryError { _ = try await fetch(client, name, descriptor) }
                switch error {
                case .unexpectedStatus(500, _, _), .connectionLost(_, _, 4): break
                default: Issue.record("\(error?.description ?? "nil")")
                }
                #expect(registry.requests("GET", "/blobs/").count == 4)
            }
        }
    }

    @Test func wrongBytesAreFound() async throws {
        try await withBlob(Fault(.corrupt, path: "/blobs/")) { registry, client, name, descriptor in
            let error = await registryError { _ = try await fetch(client, name, descriptor) }
            guard case .digestMismatch(descriptor.digest, _, _) = error else { throw error ?? CancellationError() }
            #expect(registry.requests("GET", "/blobs/").count == 1)
        }
    }

    @Test func wrongLengthsAreFound() async throws {
        for behaviour: Fault.Behaviour in [.truncate(10), .extend(10), .extendChunked(10)] {
            try await withBlob(Fault(behaviour, path: "/blobs/")) { registry, client, name, descriptor in
                var received = 0
                let error = await registryError {
                    try await client.blob(name, descriptor) { received += $0.readableBytes }
                }
                guard case .sizeMismatch(descriptor.size, _, _) = error else { throw error ?? CancellationError() }
                #expect(received <= Int(descriptor.size))
            }
        }
    }

    @Test func wrongRangesAreFound() async throws {
        try await withBlob(
            Fault(.dropAnswer(after: 300_000), path: "/blobs/", times: 1), Fault(.wrongRange, path: "/blobs/")
        ) { _, client, name, descriptor in
            let error = await registryError { _ = try await fetch(client, name, descriptor) }
            guard case .invalidResponse = error else { throw error ?? CancellationError() }
        }
    }

    @Test func drippingServersAreLeft() async throws {
        try await withBlob(
            Fault(.slow(piece: 10, milliseconds: 20), path: "/blobs/"),
            options: testOptions {
                $0.slowWindow = .milliseconds(200)
                $0.slowestBytesPerWindow = 10_000
                $0.retry.attempts = 2
            }
        ) { _, client, name, descriptor in
            let error = await registryError { _ = try await fetch(client, name, descriptor) }
            guard case .connectionLost(_, let reason, 2) = error else { throw error ?? CancellationError() }
            #expect(reason.contains("slowly"))
        }
    }

    @Test func silenceEnds() async throws {
        try await withBlob(
            Fault(.stall(after: 0), path: "/blobs/"),
            options: testOptions {
                $0.stallTimeout = .milliseconds(200)
                $0.retry.attempts = 2
            }
        ) { _, client, name, descriptor in
            let error = await registryError { _ = try await fetch(client, name, descriptor) }
            guard case .connectionLost(_, let reason, 2) = error else { throw error ?? CancellationError() }
            #expect(reason == "the registry stopped answering")
        }
    }

    @Test func nonsenseInsteadOfHTTP() async throws {
        try await withBlob(Fault(.garbage, path: "/blobs/")) { _, client, name, descriptor in
            let error = await registryError { _ = try await fetch(client, name, descriptor) }
            switch error {
            case .invalidResponse, .connectionLost, .sizeMismatch: break
            default: Issue.record("\(error?.description ?? "nil")")
            }
        }
    }

    // MARK: Manifests

    private func manifestError(_ fault: Fault, tag: String = "1", options: RegistryClientOptions = testOptions())
        async throws
        -> RegistryError?
    {
        let image = try RandomImage(seed: 6)
        return try await FakeRegistry.run { registry in
            registry.add(image, to: "app", tag: "1")
            registry.inject(fault)
            return try await withClient(options: options) { client in
                await registryError {
                    _ = try await client.resolve(try reference("\(registry.host)/app:\(tag)"), platform: .host)
                }
            }
        }
    }

    @Test func manifestsMustHaveTheDigestTheyAreAnnouncedWith() async throws {
        let error = try await manifestError(Fault(.corrupt, path: "/manifests/"))
        guard case .digestMismatch = error else { throw error ?? CancellationError() }
    }

    @Test func oversizedManifestsAreNotRead() async throws {
        let options = testOptions { $0.manifestLimit = 2000 }
        for behaviour: Fault.Behaviour in [.extend(100_000), .extendChunked(100_000)] {
            let error = try await manifestError(Fault(behaviour, path: "/manifests/"), options: options)
            guard case .tooLarge("manifest", 2000, _) = error else { throw error ?? CancellationError() }
        }
    }

    @Test(
        "documents that are no manifest",
        arguments: [
            "", "{", "[]", "null", "{}", "<html>captive portal</html>", #"{"schemaVersion":1,"fsLayers":[]}"#,
            #"{"schemaVersion":2,"manifests":[],"config":{},"layers":[]}"#, #"{"schemaVersion":2,"layers":7}"#,
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":{},"layers":[]}"#,
            #"{"schemaVersion":"2","manifests":[]}"#,
        ])
    func documents(text: String) async throws {
        let error = try await manifestError(
            Fault(.body(Array(text.utf8), type: "application/vnd.oci.image.manifest.v1+json"), path: "/manifests/"))
        switch error {
        case .invalidResponse, .platformMissing: break
        default: Issue.record("\(text): \(error?.description ?? "nil")")
        }
    }

    @Test func brokenEntriesOfAnIndex() async throws {
        for entry in [#"{"digest":"sha256:short","size":1}"#, #"{"size":1}"#, #"{"digest":7}"#, #""text""#] {
            let text = #"{"schemaVersion":2,"manifests":[\#(entry)]}"#
            let error = try await manifestError(
                Fault(.body(Array(text.utf8), type: MediaType.ociIndex), path: "/manifests/"))
            guard case .invalidResponse = error else { throw error ?? CancellationError() }
        }
    }

    @Test func wrongContentTypesAreSeenThrough() async throws {
        let image = try RandomImage(seed: 6)
        for type in ["text/plain", "application/json; charset=utf-8", MediaType.ociIndex, nil] {
            try await FakeRegistry.run { registry in
                registry.add(image, to: "app", tag: "1")
                registry.inject(Fault(.header("Content-Type", type), path: "/manifests/"))
                try await withClient { client in
                    let resolved = try await client.resolve(try reference("\(registry.host)/app:1"), platform: .host)
                    #expect(resolved.descriptor.mediaType == MediaType.ociManifest)
                }
            }
        }
    }

    @Test func missingTagsNameTheReference() async throws {
        let error = try await manifestError(Fault(.status(500), path: "nowhere"), tag: "missing")
        guard case .notFound(let what, let request, let detail) = error else { throw error ?? CancellationError() }
        #expect(what.hasSuffix("/app:missing"))
        #expect(request.method == "GET")
        #expect(detail?.code == "MANIFEST_UNKNOWN")
        #expect(error?.description.contains("not found (GET http://127.0.0.1:") ?? false)
    }

    @Test func errorDocumentsAreBoundedAndHarmless() async throws {
        let message = "\u{1b}[31mred\u{7}\r\n" + String(repeating: "x", count: 5000)
        let error = try await manifestError(
            Fault(.status(400, code: "\u{1b}BAD", message: message), path: "/manifests/"))
        guard case .unexpectedStatus(400, _, let detail?) = error else { throw error ?? CancellationError() }
        #expect(detail.message.count <= 301)
        #expect(!detail.message.unicodeScalars.contains { $0.value < 32 })
        #expect(!(detail.code ?? "").unicodeScalars.contains { $0.value < 32 })
    }

    @Test func whatIsDeniedIsDenied() async throws {
        let error = try await manifestError(Fault(.status(403, code: "DENIED", message: "no"), path: "/manifests/"))
        guard case .denied(_, _, .init(code: "DENIED", message: "no")) = error else {
            throw error ?? CancellationError()
        }
    }

    @Test func mutatedManifestsAreReadOrRefused() throws {
        var generator = DeterministicGenerator(seed: 13)
        let images = [try RandomImage(seed: 1), try RandomImage(seed: 2)]
        let documents = [images[0].manifestBytes, try RandomImage.index(of: images)]
        for round in 0..<4000 {
            var bytes = documents[round % 2]
            for _ in 0...Int(generator.next() % 3) {
                let place = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: place)
                default: bytes.removeLast(min(place / 8, bytes.count - 1))
                }
            }
            guard let type = ManifestKind.mediaType(of: bytes, announced: MediaType.ociManifest) else { continue }
            #expect(MediaType.isIndex(type) || MediaType.isManifest(type))
            _ = try? CanonicalJSON.decode(Index.self, from: bytes, what: "index").manifest(for: .host)
        }
    }

    // MARK: Nobody there

    @Test func registryThatIsDown() async throws {
        let refusing = try #require(RefusingPort())
        let host = "127.0.0.1:\(refusing.number)"
        try await withClient { client in
            let error = await registryError {
                _ = try await client.resolve(try reference("\(host)/app"), platform: .host)
            }
            // On a machine too busy to hear of the refusal, the connection takes too long instead.
            guard case .unreachable(host, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(["connection refused", "no connection in time"].contains(reason))
            #expect(error?.description == "cannot reach registry \(host): \(reason)")
        }
    }

    @Test func hostThatDoesNotExist() async throws {
        try await withClient { client in
            let error = await registryError {
                _ = try await client.resolve(try reference("registry.invalid/app"), platform: .host)
            }
            guard case .unreachable("registry.invalid", _) = error else { throw error ?? CancellationError() }
        }
    }

    @Test func afterShutdownNothingIsSent() async throws {
        try await FakeRegistry.run { registry in
            let client = RegistryClient(configuration: .init(), credentials: .empty, options: testOptions())
            _ = try? await client.ping(host: registry.host)
            await client.shutdown()
            await client.shutdown()
            #expect(await registryError { try await client.ping(host: registry.host) } == .shutDown)
        }
    }
}

/// A port of this machine that is taken but not listened on, so that nobody else gets it and every connection is refused.
private final class RefusingPort {
    let number: UInt16
    private let socket: Int32

    init?() {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        number = UInt16(bigEndian: address.sin_port)
        guard isBound else { return nil }
    }

    deinit { close(socket) }
}
