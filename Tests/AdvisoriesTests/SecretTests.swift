import OCI
import Testing

@testable import Advisories

/// What is taken for a secret, and what is not.
struct SecretTests {
    private func rules(_ text: String) -> [String] { SecretScanner.hits(in: Array(text.utf8)).map(\.rule) }

    /// Made up here, so that nobody's scanner takes this file for a leak.
    private func made(_ prefix: String, _ count: Int, _ alphabet: String = "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xY") -> String
    {
        let letters = Array(alphabet)
        return prefix + String((0..<count).map { letters[($0 * 7 + 3) % letters.count] })
    }

    @Test func tokens() {
        #expect(rules("token=" + made("gh" + "p_", 36)) == ["github-pat"])
        #expect(rules(made("glp" + "at-", 20) + "\n") == ["gitlab-pat"])
        #expect(rules("\"" + made("AK" + "IA", 16, "Q2W3E4R5T6Y7UIOPASDF") + "\"") == ["aws-access-key-id"])
        #expect(rules(made("np" + "m_", 36)) == ["npm-access-token"])
    }

    @Test func lookalikes() {
        #expect(rules("AKIAIOSFODNN7EXAMPLE").isEmpty)
        #expect(rules("ghp_" + String(repeating: "x", count: 36)).isEmpty)
        #expect(rules(made("gh" + "p_", 35)).isEmpty)
        #expect(rules(made("gh" + "p_", 37)).isEmpty)
        #expect(rules("my" + made("gh" + "p_", 36)).isEmpty)
        #expect(rules("-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----").isEmpty)
        #expect(rules("-----BEGIN RSA PRIVATE KEY-----\n…\n-----END RSA PRIVATE KEY-----").isEmpty)
        #expect(rules("if line.startswith('-----BEGIN PRIVATE KEY-----'): pass").isEmpty)
        // A table of what files begin with: nothing between two marks is a key.
        let table = ["PRIVATE KEY BLOCK", "PUBLIC KEY BLOCK", "SIGNATURE"].map { kind in
            "  <mime type=\"application/pgp-keys\" offset=\"0\" magic=\"-----BEGIN PGP \(kind)-----\" priority=\"50\" />\n"
                + "  <mime acronym=\"PGP\" description=\"everything else that is written about it here\" />\n"
        }.joined()
        #expect(rules(table).isEmpty)
    }

    @Test func privateKeys() {
        let body = (0..<5).map { _ in made("", 64, "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xYzZ+/") }.joined(separator: "\n")
        let key = "-----BEGIN " + "PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n"
        #expect(rules("x\n" + key) == ["private-key"])
        let encrypted = SecretScanner.hits(
            in: Array(
                ("-----BEGIN "
                    + "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n\(body)\n-----END RSA PRIVATE KEY-----").utf8))
        #expect(encrypted.first?.severity == .medium)
    }

    @Test func files() {
        func interest(_ path: String) -> String { "\(SecretPlaces.interest(in: path, size: 100))" }
        #expect(interest("app/.env") == "assignments")
        #expect(interest("app/.env.production") == "assignments")
        #expect(interest("app/.env.example") == "content")
        #expect(interest("root/.docker/config.json") == "assignments")
        #expect(interest("root/.kube/config") == "assignments")
        #expect(interest("srv/config.json") == "content")
        #expect(interest("root/.ssh/id_rsa") == "content")
        #expect(interest("usr/share/doc/x/key.pem") == "none")
        #expect(interest("app/node_modules/x/test.pem") == "none")
        #expect(interest("srv/tests/key.pem") == "none")
    }

    @Test func assignments() {
        func found(_ text: String) -> Int { SecretAssignments.hits(in: Array(text.utf8)).count }
        #expect(found("API_TOKEN=s3cr3tV4lue\n") == 1)
        #expect(found("export DB_PASSWORD='hunter2-hunter2'\n") == 1)
        #expect(found("machine example.com login me password s3cr3tV4lue") == 1)
        #expect(found("machine example.com login me password s3cr3t=V4lue:x") == 1)
        #expect(found("https://user:s3cr3tV4lue@host/repo") == 1)
        #expect(found(#"{"auths": {"h": {"auth":"dXNlcjpzM2NyM3Q="}}, "credsStore": ""}"#) == 1)
        #expect(found(#"{"auths":{"h":{}},"credsStore":"secretservice","authors":"s0mebody-else"}"#) == 0)
        #expect(found("localhost:5432:*:me:s3cr3tV4lue\n*:*:*:*:s3cr3tV4lue") == 2)
        #expect(found("root:x:0:0:s0mebody-else:/root:/bin/sh") == 0)
        #expect(
            found("    client-key-data: LS0tLS1CRUdJTiBSU0Eg\n    certificate-authority-data: LS0tLS1CRUdJTiBDRVJU")
                == 1)
        #expect(found("//registry.npmjs.org/:_authToken=s3cr3tV4lue") == 1)
        #expect(found("{\"auths\":{\"h\":{\n\"auth\": \"dXNlcjpzM2NyM3Q=\"}}}") == 1)
        #expect(
            found(
                "PASSWORD=${PASSWORD}\nTOKEN=changeme-please\nSECRET=\nTOKEN_FILE=/run/secrets/token1\nDEBUG=1234567890\n"
            ) == 0)
    }

    @Test func deletedOnesAreStillThere() {
        var lower = LayerSecrets()
        lower.findings = [
            SecretFinding(rule: "private-key", title: "t", severity: .high, path: "srv/key", line: 1, excerpt: "e")
        ]
        var upper = LayerSecrets()
        upper.removed = ["srv"]
        let digests = ["a", "b"].map { Digest.sha256(of: Array($0.utf8)) }
        let shown = LayerSecrets.findings(of: [(digests[0], lower), (digests[1], LayerSecrets())])
        #expect(shown.map(\.layer) == [digests[0]])
        #expect(shown.map(\.removedBy) == [nil])
        let deleted = LayerSecrets.findings(of: [(digests[0], lower), (digests[1], upper)])
        #expect(deleted.map(\.removedBy) == [digests[1]])
    }
}
