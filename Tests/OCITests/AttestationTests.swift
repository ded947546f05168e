import OCI
import Testing

/// Statements about images.
struct AttestationTests {
    private struct Blobs: BlobProvider {
        var blobs: [Digest: [UInt8]] = [:]

        mutating func add(_ bytes: [UInt8]) { blobs[.sha256(of: bytes)] = bytes }

        func open(_ descriptor: Descriptor) throws -> Blob {
            guard let bytes = blobs[descriptor.digest] else {
                throw OCIError.missingBlob(path: "test", name: descriptor.digest.description)
            }
            return Blob(bytes)
        }
    }

    private let image = Descriptor(mediaType: MediaType.ociManifest, describing: Array("image".utf8))

    private func statement(_ type: String, _ predicate: String) -> InTotoStatement {
        InTotoStatement(
            subjects: [.init(name: "_", digest: image.digest)], predicateType: type, predicate: Array(predicate.utf8))
    }

    @Test func statementIsCanonical() throws {
        let bytes = try statement("type", #"{"a":1}"#).bytes()
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":1},"predicateType":"type","subject":"#
                + #"[{"digest":{"sha256":"\#(image.digest.hex)"},"name":"_"}]}"#)
    }

    @Test func attachedPredicatesAreFound() throws {
        let attestation = try AttestationManifest(of: image, statements: [statement("a", "1"), statement("b", "2")])
        var blobs = Blobs()
        for bytes in attestation.statements + [attestation.manifestBytes, attestation.configBytes] { blobs.add(bytes) }
        let index = Index(manifests: [image, attestation.descriptor])
        let found = try blobs.attachedPredicates(["b"], to: image.digest, in: index)
        #expect(found.map(\.type) == ["b"])
        #expect(found.map(\.predicate) == [.integer(2)])
        #expect(try blobs.attachedPredicates(["b"], to: .sha256(of: [1]), in: index).isEmpty)
        // What is not there, as of an image that was copied without its attestations, is passed over.
        #expect(try Blobs().attachedPredicates(["b"], to: image.digest, in: index).isEmpty)
    }

    @Test func damagedStatementsAreErrors() throws {
        var attestation = Blobs()
        let made = try AttestationManifest(of: image, statements: [statement("a", "{")])
        for bytes in made.statements + [made.manifestBytes] { attestation.add(bytes) }
        let index = Index(manifests: [made.descriptor])
        #expect(throws: OCIError.self) { try attestation.attachedPredicates(["a"], to: image.digest, in: index) }
    }

    @Test(arguments: [
        ("alpine:3.17", "pkg:docker/alpine@3.17?platform=linux%2Famd64"),
        ("alpine", "pkg:docker/alpine@latest?platform=linux%2Famd64"),
        ("user/app:1", "pkg:docker/user/app@1?platform=linux%2Famd64"),
        ("localhost:5000/a/b:x_y", "pkg:docker/localhost:5000/a/b@x_y?platform=linux%2Famd64"),
    ])
    func imagesHavePackageURLs(name: String, url: String) throws {
        #expect(try Reference(parsing: name).packageURL(platform: Platform(parsing: "linux/amd64")) == url)
    }
}
