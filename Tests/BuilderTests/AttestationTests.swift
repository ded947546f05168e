import FoundationEssentials
import Glibc
import OCI
import Store
import Testing

@testable import Builder

@Suite("Attestations", .timeLimit(.minutes(2)))
struct AttestationTests {
    private static let needsMounts: Comment = "needs root in a mount namespace of its own (unshare -m)"

    private func json(_ bytes: [UInt8]) throws -> JSONValue {
        try CanonicalJSON.decode(JSONValue.self, from: bytes, what: "document")
    }

    private func provenance(_ configure: (inout ProvenanceOptions) -> Void = { _ in }) -> AttestationOptions {
        var attestations = AttestationOptions()
        var options = ProvenanceOptions()
        configure(&options)
        attestations.provenance = options
        return attestations
    }

    /// The index that a build put into the store, with what it points at.
    private func stored(
        _ fixture: BuildFixture, _ outcome: BuildOutcome
    ) throws -> (index: Index, attestations: [Manifest]) {
        let root = try #require(outcome.descriptor)
        #expect(root.mediaType == MediaType.ociIndex)
        let index = try CanonicalJSON.decode(Index.self, from: try fixture.store.blob(root.digest), what: "index")
        let manifests = try index.manifests.filter(\.isAttestation).map {
            try CanonicalJSON.decode(Manifest.self, from: try fixture.store.blob($0.digest), what: "manifest")
        }
        return (index, manifests)
    }

    @Test("an image without attestations has no index")
    func none() async throws {
        let fixture = try BuildFixture()
        let outcome = try await fixture.build("FROM scratch\nRUN write a 1\n").outcome
        #expect(outcome.descriptor?.mediaType == MediaType.ociManifest)
    }

    @Test("provenance is an entry of the image's index, and of each platform")
    func index() async throws {
        let fixture = try BuildFixture()
        let name = try Reference(parsing: "registry.test:5000/a/app:1")
        let outcome = try await fixture.build("FROM scratch\nARG TARGETARCH\nCOPY <<E /e\n$TARGETARCH\nE\n") {
            $0.platforms = [Platform(os: "linux", architecture: "amd64"), Platform(os: "linux", architecture: "arm64")]
            $0.attestations = provenance()
            $0.tags = [name]
        }.outcome
        let (index, attestations) = try stored(fixture, outcome)
        #expect(index.manifests.map(\.isAttestation) == [false, false, true, true])
        for (position, manifest) in attestations.enumerated() {
            let image = index.manifests[position]
            let entry = index.manifests[position + 2]
            #expect(entry.platform == Platform(os: "unknown", architecture: "unknown"))
            #expect(entry.isAbout(image.digest))
            #expect(entry.annotations?["vnd.docker.reference.type"] == "attestation-manifest")
            #expect(manifest.subject == Descriptor(mediaType: image.mediaType, digest: image.digest, size: image.size))
            #expect(manifest.artifactType == "application/vnd.docker.attestation.manifest.v1+json")
            #expect(manifest.layers.map(\.predicateType) == ["https://slsa.dev/provenance/v1"])
            let statement = try json(try fixture.store.blob(manifest.layers[0].digest))
            #expect(statement["_type"] == .string("https://in-toto.io/Statement/v1"))
            let architecture = ["amd64", "arm64"][position]
            #expect(
                statement["subject"]
                    == .array([
                        .object([
                            "name": .string("pkg:docker/registry.test:5000/a/app@1?platform=linux%2F\(architecture)"),
                            "digest": .object(["sha256": .string(image.digest.hex)]),
                        ])
                    ]))
        }
    }

    @Test("the same build gives the same attestations, and minimal ones tell no values", arguments: ["v1", "v0.2"])
    func reproducible(version: String) async throws {
        let text = "FROM scratch\nARG SECRETIVE\nRUN --mount=type=secret,id=token needSecret; write a 1\n"
        var digests: Set<Digest> = []
        for _ in 0..<2 {
            let fixture = try BuildFixture()
            try fixture.files.write("secret", "hush")
            for mode in ProvenanceOptions.Mode.allCases {
                let outcome = try await fixture.build(text) {
                    $0.buildArguments = ["SECRETIVE": "value-of-argument", "SOURCE_DATE_EPOCH": "1000"]
                    $0.secrets = ["token": .file(fixture.files.base + "/secret")]
                    $0.attestations = provenance {
                        $0.mode = mode
                        $0.version = ProvenanceOptions.Version(rawValue: version) ?? .v1
                        $0.builderID = "https://ci.test/run/1"
                    }
                }.outcome
                digests.insert(try #require(outcome.descriptor).digest)
                let manifest = try #require(try stored(fixture, outcome).attestations.first)
                let statement = String(decoding: try fixture.store.blob(manifest.layers[0].digest), as: UTF8.self)
                #expect(statement.contains("https://ci.test/run/1"))
                #expect(statement.contains("value-of-argument") == (mode == .max))
                #expect(statement.contains("\"token\"") == (mode == .max))
                #expect(!statement.contains("hush"))
                #expect(manifest.layers[0].predicateType == "https://slsa.dev/provenance/\(version)")
            }
        }
        #expect(digests.count == 2)
    }

    @Test("base images are named with their digests", .enabled(if: BuildFixture.canMount, needsMounts))
    func dependencies() async throws {
        let fixture = try BuildFixture()
        let name = try Reference(parsing: "base:1").withDefaultTag
        let base = try await fixture.build("FROM scratch\nRUN write a 1\n") { $0.tags = [name] }.outcome
        let outcome = try await fixture.build("FROM base:1\nRUN write b 1\n") { $0.attestations = provenance() }.outcome
        let manifest = try #require(try stored(fixture, outcome).attestations.first)
        let predicate = try json(try fixture.store.blob(manifest.layers[0].digest))["predicate"]
        #expect(
            predicate?["buildDefinition"]?["resolvedDependencies"]
                == .array([
                    .object([
                        "uri": .string("pkg:docker/base@1?platform=linux%2F\(Platform.host.architecture)"),
                        "digest": .object(["sha256": .string(try #require(base.descriptor).digest.hex)]),
                    ])
                ]))
    }

    @Test("an archive carries its record to another store")
    func record() async throws {
        let fixture = try BuildFixture()
        let archive = fixture.files.base + "/app.tar"
        try await fixture.build("FROM scratch\nRUN write a 1\n") {
            $0.exports = [ExportTarget(kind: .oci(destination: archive, asDirectory: false))]
            $0.attestations = provenance()
        }
        let other = try Store(root: fixture.files.base + "/other")
        let locator = ImageLocator(
            store: other, registry: RegistryAccess { throw BuildError.options("no registry in this test") },
            progress: Progress { _ in })
        let found = try await locator.find(.ociArchive(file: archive, reference: nil))
        let attribution = try await locator.attribution(of: found)
        #expect(attribution.layers.map(\.lines) == [2...2])
        #expect(attribution.layers.map(\.file) == ["Dockerfile"])
    }

    /// Says what it was given.
    private struct Maker: SBOMMaker {
        let store: Store

        func document(of subject: SBOMSubject) async throws -> [UInt8] {
            let isThere = subject.layers.allSatisfy { store.hasBlob($0.descriptor.digest) }
            return try CanonicalJSON.encode([
                "lines": subject.attribution.layers.map { "\($0.lines?.lowerBound ?? 0)" },
                "layers": subject.layers.map(\.diffID.description), "isThere": ["\(isThere)"],
                "time": ["\(subject.time)"],
                "manifest": [subject.manifest?.digest.description ?? "none"],
            ])
        }
    }

    @Test("a bill of materials is made of the layers, and comes first")
    func sbom() async throws {
        let fixture = try BuildFixture()
        let outcome = try await fixture.build("FROM scratch\nRUN write a 1\nRUN write b 1\n") {
            $0.attestations = provenance()
            $0.attestations.sbom = Maker(store: fixture.store)
            $0.buildArguments["SOURCE_DATE_EPOCH"] = "1000"
        }.outcome
        let (index, attestations) = try stored(fixture, outcome)
        let manifest = try #require(attestations.first)
        #expect(
            manifest.layers.map(\.predicateType) == ["https://spdx.dev/Document", "https://slsa.dev/provenance/v1"])
        let predicate = try json(try fixture.store.blob(manifest.layers[0].digest))["predicate"]
        #expect(predicate?["lines"] == .array([.string("2"), .string("3")]))
        #expect(predicate?["layers"] == .array(outcome.images[0].config.diffIDs.map { .string($0.description) }))
        #expect(predicate?["isThere"] == .array([.string("true")]))
        #expect(predicate?["time"] == .array([.string("1000")]))
        #expect(predicate?["manifest"] == .array([.string(index.manifests[0].digest.description)]))
    }

    @Test("the older form has an image configuration")
    func imageForm() async throws {
        let fixture = try BuildFixture()
        let outcome = try await fixture.build("FROM scratch\nRUN write a 1\n") {
            var target = ExportTarget(kind: .image)
            target.attestsAsArtifact = false
            $0.exports = [target]
            $0.attestations = provenance()
        }.outcome
        let manifest = try #require(try stored(fixture, outcome).attestations.first)
        #expect(manifest.artifactType == nil)
        #expect(manifest.subject == nil)
        let config = try CanonicalJSON.decode(
            ImageConfig.self, from: try fixture.store.blob(manifest.config.digest), what: "configuration")
        #expect(config.os == "unknown")
        #expect(config.diffIDs == manifest.layers.map(\.digest))
    }

    @Test("Docker's media types cannot carry attestations")
    func dockerTypes() async throws {
        let fixture = try BuildFixture()
        await #expect(throws: BuildError.self) {
            try await fixture.build("FROM scratch\nRUN write a 1\n") {
                var target = ExportTarget(kind: .image)
                target.ociMediaTypes = false
                $0.exports = [target]
                $0.attestations = provenance()
            }
        }
    }

    @Test("files get a file about them", .enabled(if: BuildFixture.canMount, needsMounts))
    func files() async throws {
        let fixture = try BuildFixture()
        let out = fixture.files.base + "/out"
        for (prefix, isInlineOnly) in [("x.", false), ("y.", true)] {
            try await fixture.build("FROM scratch\nRUN write a 1\n") {
                var target = ExportTarget(kind: .local(destination: out))
                target.attestationPrefix = prefix
                $0.exports = [target]
                $0.attestations = provenance { $0.isInlineOnly = isInlineOnly }
            }
        }
        #expect(access(out + "/y.provenance.json", F_OK) != 0)
        let statement = try json(try WholeFile.read(out + "/x.provenance.json", limit: 1 << 20))
        #expect(
            statement["subject"]
                == .array([
                    .object([
                        "name": .string("a"),
                        "digest": .object(["sha256": .string(Digest.sha256(of: Array("1\n".utf8)).hex)]),
                    ])
                ]))
    }
}

extension JSONValue {
    fileprivate subscript(_ key: String) -> JSONValue? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }
}
