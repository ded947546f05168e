import Foundation
import OCI
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite("Pull")
struct PullTests {
    @Test("a whole image, OCI and Docker", arguments: [false, true])
    func wholeImage(isDocker: Bool) async throws {
        var shape = RandomImage.Shape()
        shape.isDocker = isDocker
        shape.fileSize = 300_000
        let image = try RandomImage(seed: 1, shape: shape)
        try await FakeRegistry.run { registry in
            registry.add(image, to: "app", tag: "1")
            try await withClient { client in
                let name = try reference("\(registry.host)/app:1")
                let resolved = try await client.resolve(name, platform: .host)
                #expect(resolved.manifestBytes == image.manifestBytes)
                #expect(resolved.descriptor.digest == image.digest)
                #expect(resolved.descriptor.mediaType == image.mediaType)
                let manifest = try CanonicalJSON.decode(Manifest.self, from: resolved.manifestBytes, what: "manifest")
                #expect(try await client.smallBlob(name, manifest.config) == image.configBytes)
                for (layer, bytes) in zip(manifest.layers, image.layers) {
                    try await expectFetch(client, name, layer, bytes)
                }
            }
        }
    }

    @Test func indexGivesThePlatformsManifest() async throws {
        var arm = RandomImage.Shape()
        arm.platform = try Platform(parsing: "linux/arm64")
        let images = [try RandomImage(seed: 1), try RandomImage(seed: 2, shape: arm)]
        try await FakeRegistry.run { registry in
            for image in images { registry.add(image, to: "app") }
            registry.addManifest(
                try RandomImage.index(of: images), mediaType: MediaType.ociIndex, to: "app", tag: "latest")
            registry.addManifest(
                try RandomImage.index(of: images, isDocker: true), mediaType: MediaType.dockerManifestList, to: "app",
                tag: "list")
            try await withClient { client in
                for tag in ["latest", "list"] {
                    let name = try reference("\(registry.host)/app:\(tag)")
                    let resolved = try await client.resolve(name, platform: arm.platform)
                    #expect(resolved.manifestBytes == images[1].manifestBytes)
                    #expect(resolved.descriptor.platform == arm.platform)
                    #expect(MediaType.isIndex(resolved.root.descriptor.mediaType))
                    let whole = try await client.resolve(name, platform: nil)
                    #expect(whole.descriptor == whole.root.descriptor)
                }
                let error = await registryError {
                    _ = try await client.resolve(
                        try reference("\(registry.host)/app"), platform: try Platform(parsing: "linux/s390x"))
                }
                guard case .platformMissing(_, "linux/s390x", let available) = error else {
                    throw error ?? CancellationError()
                }
                #expect(available == [Platform.host.description, "linux/arm64"])
            }
        }
    }

    @Test func knownDocumentsAreNotFetched() async throws {
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run { registry in
            registry.add(image, to: "app", tag: "1")
            try await withClient { client in
                let resolved = try await client.resolve(try reference("\(registry.host)/app:1"), platform: .host) {
                    digest in
                    digest == image.digest ? image.manifestBytes : nil
                }
                #expect(resolved.descriptor.digest == image.digest)
                #expect(registry.requests("GET", "manifests").isEmpty)
                #expect(registry.requests("HEAD", "manifests").count == 1)
                #expect(try await client.head(try reference("\(registry.host)/app:1"))?.digest == image.digest)
                #expect(try await client.head(try reference("\(registry.host)/app:2")) == nil)
            }
        }
    }

    @Test func registriesWithoutHead() async throws {
        let image = try RandomImage(seed: 1)
        for behaviour: Fault.Behaviour in [.status(405), .status(400), .header("Docker-Content-Digest", nil)] {
            try await FakeRegistry.run { registry in
                registry.add(image, to: "app", tag: "1")
                registry.inject(Fault(behaviour, method: "HEAD"))
                try await withClient { client in
                    let name = try reference("\(registry.host)/app:1")
                    let head = try await client.head(name)
                    #expect(head?.digest == image.digest)
                    let resolved = try await client.resolve(name, platform: .host) { _ in nil }
                    #expect(resolved.descriptor.digest == image.digest)
                }
            }
        }
    }

    @Test func nestedIndexesAreFollowedToADepth() async throws {
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run { registry in
            registry.add(image, to: "app")
            var bytes = try RandomImage.index(of: [image])
            for depth in 1...6 {
                registry.addManifest(bytes, mediaType: MediaType.ociIndex, to: "app", tag: "depth\(depth)")
                bytes = try CanonicalJSON.encode(
                    Index(manifests: [Descriptor(mediaType: MediaType.ociIndex, describing: bytes)]))
            }
            try await withClient { client in
                let good = try await client.resolve(try reference("\(registry.host)/app:depth3"), platform: .host)
                #expect(good.descriptor.digest == image.digest)
                let error = await registryError {
                    _ = try await client.resolve(try reference("\(registry.host)/app:depth6"), platform: .host)
                }
                guard case .nestedIndex = error else { throw error ?? CancellationError() }
            }
        }
    }

    @Test func continuesFromAnOffset() async throws {
        var generator = DeterministicGenerator(seed: 3)
        let bytes = generator.bytes(100_000)
        try await FakeRegistry.run { registry in
            registry.addBlob(bytes, to: "app")
            try await withClient { client in
                let name = try reference("\(registry.host)/app")
                let descriptor = Descriptor(mediaType: "", describing: bytes)
                var digester = Digester(verifying: descriptor.digest)
                digester.update(Array(bytes[..<40_000]))
                var rest: [UInt8] = []
                try await client.blob(name, descriptor, from: 40_000, digester: digester) {
                    rest += $0.readableBytesView
                }
                #expect(rest == Array(bytes[40_000...]))
                #expect(registry.requests("GET", "blobs").first?.headers["range"] == "bytes=40000-")
                digester.update([1])
                let wrong = digester
                let error = await registryError {
                    try await client.blob(name, descriptor, from: 40_000, digester: wrong) { _ in }
                }
                guard case .digestMismatch = error else { throw error ?? CancellationError() }
            }
        }
    }

    @Test func receiversErrorComesBackAsItIs() async throws {
        struct DiskFull: Error {}
        let bytes = [UInt8](repeating: 7, count: 1_000_000)
        try await FakeRegistry.run { registry in
            registry.addBlob(bytes, to: "app")
            try await withClient { client in
                await #expect(throws: DiskFull.self) {
                    try await client.blob(
                        try reference("\(registry.host)/app"), Descriptor(mediaType: "", describing: bytes)
                    ) { _ in throw DiskFull() }
                }
                #expect(registry.requests("GET", "blobs").count == 1)
            }
        }
    }

    @Test func parallelBlobs() async throws {
        var shape = RandomImage.Shape()
        shape.layers = 40
        shape.fileSize = 20_000
        let image = try RandomImage(seed: 9, shape: shape)
        var options = FakeRegistry.Options()
        options.authentication = .token(users: [:], anonymousPull: true)
        try await FakeRegistry.run(options) { registry in
            registry.add(image, to: "app", tag: "latest")
            try await withClient { client in
                let name = try reference("\(registry.host)/app")
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for (layer, bytes) in zip(image.manifest.layers, image.layers) {
                        group.addTask { try await fetch(client, name, layer) == bytes }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
                // All forty found out at once that a token is needed; the fetches were shared.
                #expect(registry.requests("GET", "/token").count <= 2)
            }
        }
    }

    /// Without it the server's silence would last for an hour.
    @Test func cancellationEndsADownload() async throws {
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        try await FakeRegistry.run { registry in
            registry.addBlob(bytes, to: "app")
            registry.inject(Fault(.stall(after: 1000), path: "/blobs/"))
            try await withClient(options: testOptions { $0.stallTimeout = .seconds(3600) }) { client in
                let task = Task {
                    _ = try await fetch(
                        client, try reference("\(registry.host)/app"), Descriptor(mediaType: "", describing: bytes))
                }
                try await Task.sleep(for: .milliseconds(100))
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }

    @Test func listsInPages() async throws {
        var options = FakeRegistry.Options()
        options.pageSize = 3
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run(options) { registry in
            for tag in 0..<10 { registry.add(image, to: "app", tag: "t\(tag)") }
            for name in ["a", "b", "c", "d"] { registry.add(image, to: name) }
            try await withClient { client in
                let name = try reference("\(registry.host)/app")
                let tags = try await client.tags(of: name)
                #expect(tags == (0..<10).map { "t\($0)" })
                let names = try await client.catalog(host: registry.host)
                #expect(names == ["a", "app", "b", "c", "d"])
                let few = try await client.tags(of: name, limit: 4)
                #expect(few.count == 4)
            }
        }
    }

    @Test("referrers, with and without the call", arguments: [true, false])
    func referrers(isSupported: Bool) async throws {
        let image = try RandomImage(seed: 1)
        var options = FakeRegistry.Options()
        options.referrers = isSupported
        try await FakeRegistry.run(options) { registry in
            registry.add(image, to: "app", tag: "1")
            let signature = try CanonicalJSON.encode(
                Manifest(
                    artifactType: "application/x.signature",
                    config: Descriptor(mediaType: MediaType.ociEmpty, describing: [123, 125]),
                    layers: [], subject: Descriptor(mediaType: image.mediaType, describing: image.manifestBytes)))
            let digest = registry.addManifest(signature, mediaType: MediaType.ociManifest, to: "app")
            if !isSupported {
                let index = Index(manifests: [
                    Descriptor(
                        mediaType: MediaType.ociManifest, digest: digest, size: Int64(signature.count),
                        artifactType: "application/x.signature")
                ])
                registry.addManifest(
                    try CanonicalJSON.encode(index), mediaType: MediaType.ociIndex, to: "app",
                    tag: "sha256-\(image.digest.hex)")
            }
            try await withClient { client in
                let name = try reference("\(registry.host)/app")
                #expect(try await client.referrers(name, digest: image.digest).map(\.digest) == [digest])
                #expect(
                    try await client.referrers(name, digest: image.digest, artifactType: "application/x.other").isEmpty)
                #expect(try await client.referrers(name, digest: digest).isEmpty)
            }
        }
    }
}
