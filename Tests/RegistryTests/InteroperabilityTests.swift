import OCI
import TestSupport
import Testing

@testable import Registry

private let isReady = ["docker-registry", "skopeo", "htpasswd"].allSatisfy(isInstalled)

/// Against Debian's docker-registry and skopeo: what both sides agree on is not what one author thought.
@Suite(
    "Interoperability",
    .enabled(if: isReady, "docker-registry, skopeo and htpasswd (apache2-utils) are not all installed"))
struct InteroperabilityTests {
    /// Writes the image as an OCI layout.
    private func layout(_ image: RandomImage, _ scratch: ScratchDirectory, _ name: String) throws -> String {
        for blob in image.blobs + [image.manifestBytes] {
            try scratch.write("\(name)/blobs/sha256/\(Digest.sha256(of: blob).hex)", blob)
        }
        var descriptor = image.descriptor
        descriptor.annotations = ["org.opencontainers.image.ref.name": "1"]
        try scratch.write("\(name)/index.json", try CanonicalJSON.encode(Index(manifests: [descriptor])))
        try scratch.write("\(name)/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
        return scratch.path(name)
    }

    private func image(_ seed: UInt64) throws -> RandomImage {
        var shape = RandomImage.Shape()
        shape.layers = 3
        shape.fileSize = 400_000
        return try RandomImage(seed: seed, shape: shape)
    }

    private func push(_ image: RandomImage, _ name: Reference, _ client: RegistryClient) async throws {
        for blob in image.blobs { _ = try await client.pushBlob(name, .sha256(of: blob)) { .bytes(blob) } }
        try await client.putManifest(name, bytes: image.manifestBytes, mediaType: image.mediaType)
    }

    private func checkPull(_ name: Reference, _ image: RandomImage, _ client: RegistryClient) async throws {
        let resolved = try await client.resolve(name, platform: .host)
        let manifest = try CanonicalJSON.decode(Manifest.self, from: resolved.manifestBytes, what: "manifest")
        #expect(manifest.layers.map(\.digest) == image.manifest.layers.map(\.digest))
        let config = try await client.smallBlob(name, manifest.config)
        #expect(config == image.configBytes)
        for (layer, bytes) in zip(manifest.layers, image.layers) { try await expectFetch(client, name, layer, bytes) }
    }

    @Test("skopeo pushes, we pull", arguments: ["oci", "v2s2"])
    func skopeoPushes(format: String) async throws {
        try await ScratchDirectory.run { scratch in
            let image = try image(21)
            let layout = try layout(image, scratch, "layout")
            try await withDebianRegistry(scratch) { host in
                try await program(
                    "skopeo",
                    [
                        "--insecure-policy", "copy", "--format", format, "--dest-tls-verify=false", "oci:\(layout):1",
                        "docker://\(host)/team/app:1",
                    ], environment: ["HOME": scratch.path])
                try await withClient { client in
                    let name = try reference("\(host)/team/app:1")
                    try await checkPull(name, image, client)
                    let head = try await client.head(name)
                    #expect(head?.mediaType == (format == "oci" ? MediaType.ociManifest : MediaType.dockerManifest))
                    let names = try await client.catalog(host: host)
                    #expect(names == ["team/app"])
                    let tags = try await client.tags(of: name)
                    #expect(tags == ["1"])
                }
            }
        }
    }

    @Test func wePushSkopeoPulls() async throws {
        try await ScratchDirectory.run { scratch in
            let images = [try image(22), try image(23)]
            try await withDebianRegistry(scratch) { host in
                // Small chunks, so that the registry sees every kind of upload.
                let options = testOptions {
                    $0.monolithicUploadLimit = 100_000
                    $0.uploadChunkSize = 500_000
                }
                try await withClient(options: options) { client in
                    for (tag, image) in images.enumerated() {
                        try await push(image, try reference("\(host)/ours/app:\(tag)"), client)
                    }
                    let index = try reference("\(host)/ours/app:all")
                    try await client.putManifest(
                        index, bytes: try RandomImage.index(of: [images[0]]), mediaType: MediaType.ociIndex)
                    try await checkPull(index, images[0], client)
                }
                for (tag, image) in images.enumerated() {
                    let target = scratch.path("copy\(tag)")
                    try await program(
                        "skopeo",
                        [
                            "--insecure-policy", "copy", "--src-tls-verify=false", "docker://\(host)/ours/app:\(tag)",
                            "dir:\(target)",
                        ], environment: ["HOME": scratch.path])
                    #expect(try scratch.read("copy\(tag)/manifest.json") == image.manifestBytes)
                    for blob in image.blobs {
                        #expect(try scratch.read("copy\(tag)/\(Digest.sha256(of: blob).hex)") == blob)
                    }
                }
            }
        }
    }

    @Test func passwords() async throws {
        try await ScratchDirectory.run { scratch in
            let image = try image(24)
            let layout = try layout(image, scratch, "layout")
            let passwords = scratch.path("htpasswd")
            try await program("htpasswd", ["-Bbc", passwords, "me", "se:cret"])
            try await withDebianRegistry(scratch, htpasswd: passwords) { host in
                let name = try reference("\(host)/private/app:1")
                let environment = home(scratch)
                let store = CredentialStore(environment: environment)
                try await withClient(credentials: store) { client in
                    let error = await registryError { _ = try await client.resolve(name, platform: .host) }
                    guard case .authenticationRequired(host, _, _) = error else { throw error ?? CancellationError() }
                    let wrong = await registryError {
                        try await client.login(to: host, .basic(username: "me", password: Secret("wrong")))
                    }
                    guard case .authenticationRefused(host, "me", _, _) = wrong else {
                        throw wrong ?? CancellationError()
                    }
                    try await client.login(to: host, .basic(username: "me", password: Secret("se:cret")))
                }
                try await withClient(credentials: store) { client in
                    try await push(image, name, client)
                    try await checkPull(name, image, client)
                }
                // Skopeo logs in with what we stored, and we with what skopeo stores.
                try await program(
                    "skopeo",
                    [
                        "--insecure-policy", "copy", "--dest-tls-verify=false", "--authfile", store.writablePath,
                        "oci:\(layout):1",
                        "docker://\(host)/private/theirs:1",
                    ], environment: ["HOME": scratch.path])
                try await store.logout(from: host)
                try await program(
                    "skopeo",
                    [
                        "login", "--tls-verify=false", "--authfile", store.writablePath, "-u", "me", "-p", "se:cret",
                        host,
                    ],
                    environment: ["HOME": scratch.path])
                try await withClient(credentials: store) { client in
                    try await checkPull(try reference("\(host)/private/theirs:1"), image, client)
                }
                let found = try await store.lookup(host: host, repository: "private/app").credentials
                #expect(found == .basic(username: "me", password: Secret("se:cret")))
            }
        }
    }

    @Test func mountsResumeAndDeletion() async throws {
        try await ScratchDirectory.run { scratch in
            let image = try image(25)
            try await withDebianRegistry(scratch) { host in
                try await withClient { client in
                    let base = try reference("\(host)/base:1")
                    let other = try reference("\(host)/other:1")
                    try await push(image, base, client)
                    for blob in image.blobs {
                        let outcome = try await client.pushBlob(other, .sha256(of: blob), mountFrom: [base]) {
                            .bytes(blob)
                        }
                        #expect(outcome == .mounted(from: base))
                    }
                    try await client.putManifest(other, bytes: image.manifestBytes, mediaType: image.mediaType)
                    try await checkPull(other, image, client)

                    let layer = image.layers[0]
                    var rest: [UInt8] = []
                    try await client.blob(base, image.manifest.layers[0], from: 1000) { rest += $0.readableBytesView }
                    #expect(rest == Array(layer[1000...]))

                    try await client.deleteManifest(other.repository.withDigest(image.digest))
                    let gone = await registryError { _ = try await client.resolve(other, platform: .host) }
                    guard case .notFound(let what, _, let detail) = gone else { throw gone ?? CancellationError() }
                    #expect(what == "manifest \(host)/other:1")
                    #expect(detail?.code == "MANIFEST_UNKNOWN")
                    let invalid = await registryError {
                        try await client.uploadBlob(base, .sha256(of: [1]), .bytes(layer))
                    }
                    guard case .unexpectedStatus(400, _, let reason) = invalid else {
                        throw invalid ?? CancellationError()
                    }
                    #expect(reason?.code == "DIGEST_INVALID")
                    let early = await registryError {
                        try await client.putManifest(
                            try reference("\(host)/new:1"), bytes: image.manifestBytes, mediaType: image.mediaType)
                    }
                    guard case .unexpectedStatus(400, _, let unknown) = early else {
                        throw early ?? CancellationError()
                    }
                    #expect(unknown?.code == "MANIFEST_BLOB_UNKNOWN")
                }
            }
        }
    }

    /// Between the client and the registry, a relay that cuts connections: a broken upload is continued by a registry
    /// that is not ours.
    @Test func brokenUploadsAreContinued() async throws {
        try await ScratchDirectory.run { scratch in
            var generator = DeterministicGenerator(seed: 26)
            let bytes = generator.bytes(6 << 20)
            try await withDebianRegistry(scratch) { host in
                try await CuttingRelay.run(to: host, cuttingAfter: 2_500_000, times: 2) { relay in
                    try await withClient { client in
                        let name = try reference("\(relay.host)/app")
                        try await client.uploadBlob(name, .sha256(of: bytes), .bytes(bytes))
                    }
                    #expect(relay.cuts == 2)
                }
                try await withClient { client in
                    try await expectFetch(
                        client, try reference("\(host)/app"), Descriptor(mediaType: "", describing: bytes), bytes)
                }
            }
        }
    }
}
