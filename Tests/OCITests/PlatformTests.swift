import OCI
import Testing

@Suite struct PlatformTests {
    @Test(arguments: [
        ("linux/amd64", "linux/amd64"), ("linux/x86_64", "linux/amd64"), ("linux/arm64/v8", "linux/arm64"),
        ("linux/aarch64", "linux/arm64"), ("arm64", "linux/arm64"), ("linux/arm", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"), ("linux/armhf", "linux/arm/v7"), ("linux/i386", "linux/386"),
        ("LINUX/AMD64", "linux/amd64"), ("riscv64", "linux/riscv64"), ("linux/amd64/v3", "linux/amd64/v3"),
        ("windows/amd64", "windows/amd64"), ("macos/arm64", "darwin/arm64"),
    ])
    func parses(_ text: String, _ expected: String) throws {
        #expect(try Platform(parsing: text).description == expected)
    }

    @Test(arguments: ["", "/", "linux/", "linux//v7", "linux/arm/v7/x", "toaster", "linux/a b"])
    func rejects(_ text: String) {
        #expect(throws: OCIError.self) { try Platform(parsing: text) }
    }

    @Test func ranksVariants() throws {
        let v7 = try Platform(parsing: "linux/arm/v7")
        #expect(v7.rank(of: v7) == 0)
        #expect(v7.rank(of: try Platform(parsing: "linux/arm/v6")) == 1)
        #expect(v7.rank(of: try Platform(parsing: "linux/arm/v8")) == nil)
        #expect(v7.rank(of: try Platform(parsing: "linux/amd64")) == nil)
        let v3 = try Platform(parsing: "linux/amd64/v3")
        #expect(v3.rank(of: try Platform(parsing: "linux/amd64")) == 2)
        #expect(try Platform(parsing: "linux/arm64").matches(try Platform(parsing: "linux/arm64/v8")))
    }

    @Test func indexPicksTheBestManifest() throws {
        func entry(_ platform: String?, _ content: String) throws -> Descriptor {
            Descriptor(
                mediaType: MediaType.ociManifest, describing: Array(content.utf8),
                platform: try platform.map { try Platform(parsing: $0) })
        }
        var attestation = try entry("linux/amd64", "attestation")
        attestation.annotations = ["vnd.docker.reference.type": "attestation-manifest"]
        let index = Index(manifests: [
            attestation, try entry("linux/arm/v6", "6"), try entry("linux/arm/v7", "7"), try entry("linux/amd64", "x"),
        ])
        #expect(try index.manifest(for: Platform(parsing: "linux/arm/v7")).size == 1)
        #expect(
            try index.manifest(for: Platform(parsing: "linux/arm/v7")).digest == Digest.sha256(of: Array("7".utf8)))
        #expect(try index.manifest(for: Platform(parsing: "linux/amd64")).digest == Digest.sha256(of: Array("x".utf8)))
        #expect(throws: OCIError.self) { try index.manifest(for: Platform(parsing: "linux/s390x")) }
        #expect(try Index(manifests: [try entry(nil, "z")]).manifest(for: Platform(parsing: "linux/s390x")).size == 1)
    }
}
