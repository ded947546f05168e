import OCI
import Testing

@Suite struct DigestTests {
    @Test func hashesKnownInput() {
        let digest = Digest.sha256(of: Array("abc".utf8))
        #expect(digest.description == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func incrementalEqualsWhole() {
        var digester = Digester()
        for byte in "abc".utf8 { digester.update([byte]) }
        let early = digester
        digester.update(Array("def".utf8))
        #expect(early.finish() == Digest.sha256(of: Array("abc".utf8)))
        #expect(digester.finish() == Digest.sha256(of: Array("abcdef".utf8)))
    }

    @Test func verifiesSHA512() throws {
        let text =
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        let digest = try Digest(parsing: text)
        var digester = Digester(verifying: digest)
        digester.update(Array("abc".utf8))
        #expect(digester.finish() == digest)
    }

    @Test(arguments: [
        "", "sha256", "sha256:", "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "sha256:../../../../../../../../etc/passwd00000000000000000000000000000000",
        "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ])
    func rejects(_ text: String) {
        #expect(throws: OCIError.invalidDigest(text)) { try Digest(parsing: text) }
    }
}
