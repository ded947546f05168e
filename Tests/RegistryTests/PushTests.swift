import OCI
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite("Push")
struct PushTests {
    private let blob: [UInt8] = {
        var generator = DeterministicGenerator(seed: 8)
        return generator.bytes(900_000)
    }()
    private var digest: Digest { .sha256(of: blob) }

    /// Large blobs are those beyond 100 kB here, so that tests need not send megabytes.
    private func options(_ change: (inout RegistryClientOptions) -> Void = { _ in }) -> RegistryClientOptions {
        testOptions {
            $0.monolithicUploadLimit = 100_000
            change(&$0)
        }
    }

    @Test("a whole image", arguments: [false, true])
    func wholeImage(absoluteLocations: Bool) async throws {
        let image = try RandomImage(seed: 2)
        var server = FakeRegistry.Options()
        server.absoluteLocations = absoluteLocations
        try await FakeRegistry.run(server) { registry in
            try await withClient { client in
                let name = try reference("\(registry.host)/new/app:1")
                for blob in image.blobs {
                    let outcome = try await client.pushBlob(name, .sha256(of: blob)) { .bytes(blob) }
                    #expect(outcome == .uploaded)
                }
                #expect(
                    try await client.putManifest(name, bytes: image.manifestBytes, mediaType: image.mediaType)
                        == image.digest)
                #expect(registry.manifest("1", in: "new/app") == image.manifestBytes)
                #expect(try await client.pushBlob(name, .sha256(of: image.configBytes)) { .bytes([]) } == .existed)
                #expect(try await client.resolve(name, platform: .host).descriptor.digest == image.digest)
                let untagged = try reference("\(registry.host)/new/app@\(image.digest)")
                try await client.putManifest(untagged, bytes: image.manifestBytes, mediaType: image.mediaType)
                try await client.deleteManifest(untagged)
                #expect(try await client.head(name) == nil)
                #expect(registry.openUploads == 0)
            }
        }
    }

    @Test func filesAreStreamed() async throws {
        try await ScratchDirectory.run { scratch in
            let path = try scratch.write("blob", blob)
            try await FakeRegistry.run { registry in
                try await withClient(options: options()) { client in
                    let seen = Mutex<[Int64]>([])
                    try await client.uploadBlob(
                        try reference("\(registry.host)/app"), digest, .file(path: path, size: Int64(blob.count))
                    ) { sent in seen.withLock { $0.append(sent) } }
                    #expect(registry.blob(digest, in: "app") == blob)
                    #expect(registry.requests("PATCH").count == 1)
                    #expect(registry.requests("PATCH").first?.headers["content-length"] == "\(blob.count)")
                    #expect(seen.withLock { $0.last } == Int64(blob.count))
                }
            }
        }
    }

    @Test func chunks() async throws {
        try await FakeRegistry.run { registry in
            try await withClient(options: options { $0.uploadChunkSize = 250_000 }) { client in
                try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                #expect(registry.blob(digest, in: "app") == blob)
                #expect(
                    registry.requests("PATCH").map { $0.headers["content-range"] }
                        == ["0-249999", "250000-499999", "500000-749999", "750000-899999"])
            }
        }
    }

    @Test func brokenUploadsAreContinued() async throws {
        try await FakeRegistry.run { registry in
            registry.inject(Fault(.dropRequest(after: 300_000), method: "PATCH", times: 2))
            try await withClient(options: options()) { client in
                try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                #expect(registry.blob(digest, in: "app") == blob)
                #expect(registry.requests("POST").count == 1)
                #expect(
                    registry.requests("PATCH").map { $0.headers["content-range"] }
                        == [nil, "300000-899999", "600000-899999"])
            }
        }
    }

    @Test func forgottenUploadsBeginAnew() async throws {
        try await FakeRegistry.run { registry in
            registry.inject(Fault(.dropRequest(after: 300_000), method: "PATCH", times: 1))
            registry.inject(Fault(.forgetUpload, method: "GET", path: "/uploads/", times: 1))
            try await withClient(options: options()) { client in
                try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                #expect(registry.blob(digest, in: "app") == blob)
                #expect(registry.requests("POST").count == 2)
            }
        }
    }

    @Test("failures at each step", arguments: ["POST", "PATCH", "PUT"])
    func failures(method: String) async throws {
        for behaviour: Fault.Behaviour in [.status(503), .closeBeforeAnswer, .closeAfterEffect] {
            for large in [true, false] {
                try await FakeRegistry.run { registry in
                    registry.inject(Fault(behaviour, method: method, times: 2))
                    try await withClient(options: options()) { client in
                        let bytes = large ? blob : Array(blob.prefix(5000))
                        try await client.uploadBlob(
                            try reference("\(registry.host)/app"), .sha256(of: bytes), .bytes(bytes))
                        #expect(registry.blob(.sha256(of: bytes), in: "app") == bytes)
                    }
                }
            }
        }
    }

    @Test func endlessFailureEnds() async throws {
        for method in ["POST", "PATCH", "PUT"] {
            try await FakeRegistry.run { registry in
                registry.inject(Fault(.status(500), method: method))
                try await withClient(options: options()) { client in
                    let error = await registryError {
                        try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                    }
                    guard case .unexpectedStatus(500, _, _) = error else { throw error ?? CancellationError() }
                    #expect(registry.requests(method).count <= 16)
                }
            }
        }
    }

    @Test func digestThatIsNotTheBlobs() async throws {
        try await FakeRegistry.run { registry in
            try await withClient(options: options()) { client in
                let error = await registryError {
                    try await client.uploadBlob(try reference("\(registry.host)/app"), .sha256(of: [1]), .bytes(blob))
                }
                guard case .unexpectedStatus(400, let request, let detail) = error else {
                    throw error ?? CancellationError()
                }
                #expect(detail?.code == "DIGEST_INVALID")
                #expect(!request.url.contains("state="))
            }
        }
    }

    @Test func filesThatShrinkAreNoticed() async throws {
        try await ScratchDirectory.run { scratch in
            let path = try scratch.write("blob", Array(blob.prefix(500_000)))
            try await FakeRegistry.run { registry in
                try await withClient(options: options()) { client in
                    let name = try reference("\(registry.host)/app")
                    let short = await registryError {
                        try await client.uploadBlob(name, digest, .file(path: path, size: Int64(blob.count)))
                    }
                    guard case .uploadSource(path, _) = short else { throw short ?? CancellationError() }
                    let missing = await registryError {
                        try await client.uploadBlob(name, digest, .file(path: path + "x", size: 5))
                    }
                    #expect(missing == .uploadSource(path: path + "x", reason: "no such file or directory"))
                }
            }
        }
    }

    @Test func mounts() async throws {
        let image = try RandomImage(seed: 2)
        var server = FakeRegistry.Options()
        server.authentication = .token(users: ["me": "secret"])
        for isSupported in [true, false] {
            server.mounts = isSupported
            try await FakeRegistry.run(server) { registry in
                registry.add(image, to: "base/image", tag: "1")
                try await ScratchDirectory.run { scratch in
                    let store = CredentialStore(environment: home(scratch))
                    try await store.save(.basic(username: "me", password: Secret("secret")), host: registry.host)
                    try await withClient(credentials: store) { client in
                        let name = try reference("\(registry.host)/new/app:1")
                        let base = try reference("\(registry.host)/base/image:1")
                        let bytes = image.layers[0]
                        let outcome = try await client.pushBlob(name, .sha256(of: bytes), mountFrom: [base]) {
                            .bytes(bytes)
                        }
                        #expect(outcome == (isSupported ? .mounted(from: base) : .uploaded))
                        #expect(registry.blob(.sha256(of: bytes), in: "new/app") == bytes)
                        let elsewhere = try reference("example.com/base/image")
                        #expect(try await client.mountBlob(name, .sha256(of: [1]), from: elsewhere) == false)
                        #expect(try await client.mountBlob(name, .sha256(of: [1]), from: base) == false)
                        #expect(registry.openUploads == 0)
                    }
                }
            }
        }
    }

    @Test func refusalBeforeTheEnd() async throws {
        try await FakeRegistry.run { registry in
            registry.inject(Fault(.refuseEarly(413, after: 100_000), method: "PATCH"))
            try await withClient(options: options()) { client in
                let error = await registryError {
                    try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                }
                switch error {
                case .unexpectedStatus(413, _, _), .connectionLost: break
                default: Issue.record("\(error?.description ?? "nil")")
                }
                #expect(registry.requests("PATCH").count <= 4)
            }
        }
    }

    @Test func everyThirdRequestFails() async throws {
        for behaviour: Fault.Behaviour in [
            .status(503), .closeBeforeAnswer, .closeAfterEffect, .dropRequest(after: 1000),
        ] {
            try await FakeRegistry.run { registry in
                registry.inject(Fault(behaviour, every: 3))
                let image = try RandomImage(seed: 3)
                try await withClient(options: options()) { client in
                    let name = try reference("\(registry.host)/app:1")
                    for blob in image.blobs + [blob] {
                        _ = try await client.pushBlob(name, .sha256(of: blob)) { .bytes(blob) }
                    }
                    try await client.putManifest(name, bytes: image.manifestBytes, mediaType: image.mediaType)
                    #expect(registry.manifest("1", in: "app") == image.manifestBytes)
                    for blob in image.blobs + [blob] { #expect(registry.blob(.sha256(of: blob), in: "app") == blob) }
                }
            }
        }
    }

    @Test func locationsThatAreMissing() async throws {
        try await FakeRegistry.run { registry in
            registry.inject(Fault(.header("Location", nil), method: "POST"))
            try await withClient { client in
                let error = await registryError {
                    try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                }
                guard case .invalidResponse = error else { throw error ?? CancellationError() }
            }
        }
    }

    @Test func uploadsToAnotherHostGetNoCredentials() async throws {
        var server = FakeRegistry.Options()
        server.authentication = .basic(["me": "secret"])
        try await FakeRegistry.run(server) { registry in
            try await FakeRegistry.run { other in
                registry.inject(Fault(.header("Location", other.origin + "/v2/app/blobs/uploads/x"), method: "POST"))
                try await ScratchDirectory.run { scratch in
                    let store = CredentialStore(environment: home(scratch))
                    try await store.save(.basic(username: "me", password: Secret("secret")), host: registry.host)
                    try await withClient(credentials: store) { client in
                        _ = await registryError {
                            try await client.uploadBlob(try reference("\(registry.host)/app"), digest, .bytes(blob))
                        }
                        #expect(!other.requests.isEmpty)
                        #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
                    }
                }
            }
        }
    }

    @Test func indexesAndTheirManifests() async throws {
        let images = [try RandomImage(seed: 1), try RandomImage(seed: 2)]
        try await FakeRegistry.run { registry in
            try await withClient { client in
                let name = try reference("\(registry.host)/app:all")
                let index = try RandomImage.index(of: images)
                let early = await registryError {
                    try await client.putManifest(name, bytes: index, mediaType: MediaType.ociIndex)
                }
                guard case .unexpectedStatus(400, _, let detail) = early else { throw early ?? CancellationError() }
                #expect(detail?.code == "MANIFEST_BLOB_UNKNOWN")
                for image in images {
                    for blob in image.blobs { _ = try await client.pushBlob(name, .sha256(of: blob)) { .bytes(blob) } }
                    try await client.putManifest(
                        name.repository.withDigest(image.digest), bytes: image.manifestBytes, mediaType: image.mediaType
                    )
                }
                try await client.putManifest(name, bytes: index, mediaType: MediaType.ociIndex)
                #expect(registry.manifest("all", in: "app") == index)
            }
        }
    }
}
