import Inventory
import OCI
import Testing

@testable import Advisories

/// Findings that somebody has said do not count.
struct SuppressionTests {
    private let image = ScannedImage(
        ref: "example.com/team/app:1", digest: "sha256:" + String(repeating: "a", count: 64), repository: "team/app")

    private func finding(_ id: String = "CVE-2024-1", version: String = "1.0") throws -> Finding {
        let package = Package(
            type: .pypi, name: "requests", version: version, path: "opt/venv/requests/METADATA",
            purl: try PackageURL(parsing: "pkg:pypi/requests@\(version)"))
        return Finding(
            id: id, aliases: ["GHSA-1111-2222-3333"], package: package, fixedVersion: nil, status: .unfixed,
            severity: .high,
            severitySource: nil, cvss: nil, score: nil, title: nil, details: nil, url: nil, sources: [])
    }

    private func statements(_ text: String) throws -> VEXStatements {
        var statements = VEXStatements()
        try statements.read(Array(text.utf8), file: "vex.json")
        return statements
    }

    private func openVEX(_ statements: String) -> String {
        #"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[\#(statements)]}"#
    }

    @Test func openVEXByPackage() throws {
        let text = openVEX(
            #"{"vulnerability":{"name":"GHSA-1111-2222-3333"},"products":[{"@id":"pkg:pypi/requests"}],"status":"not_affected","justification":"component_not_present"}"#
        )
        let statements = try statements(text)
        #expect(statements.suppression(of: try finding(), in: image)?.reason == "component_not_present")
        #expect(statements.suppression(of: try finding("CVE-2024-2"), in: image) != nil)
        var other = try finding("CVE-2024-2")
        other.aliases = []
        #expect(statements.suppression(of: other, in: image) == nil)
    }

    @Test func openVEXByImage() throws {
        func isSuppressed(_ product: String) throws -> Bool {
            let text = openVEX(
                #"{"vulnerability":"CVE-2024-1","products":[\#(product)],"status":"fixed"}"#)
            return try statements(text).suppression(of: try finding(), in: image) != nil
        }
        let digest = "sha256%3A" + String(repeating: "a", count: 64)
        #expect(try isSuppressed(#"{"@id":"pkg:oci/app@\#(digest)"}"#))
        #expect(
            try isSuppressed(#"{"@id":"pkg:oci/app@\#(digest)","subcomponents":[{"@id":"pkg:pypi/requests@1.0"}]}"#))
        #expect(try !isSuppressed(#"{"@id":"pkg:oci/app@\#(digest)","subcomponents":[{"@id":"pkg:pypi/flask"}]}"#))
        #expect(try !isSuppressed(#"{"@id":"pkg:oci/app@\#(digest)","subcomponents":[{"@id":"what?"}]}"#))
        #expect(try isSuppressed(#"{"@id":"pkg:oci/app"}"#))
        #expect(try !isSuppressed(#"{"@id":"pkg:oci/other"}"#))
        #expect(try !isSuppressed(#"{"@id":"pkg:oci/app@sha256%3A00"}"#))
    }

    @Test func theLastStatementCounts() throws {
        let product = #""products":[{"@id":"pkg:pypi/requests@1.0"}]"#
        let quiet =
            #"{"vulnerability":{"name":"CVE-2024-1"},\#(product),"status":"not_affected","impact_statement":"no","timestamp":"2024-02-01T00:00:00Z"}"#
        let loud =
            #"{"vulnerability":{"name":"CVE-2024-1"},\#(product),"status":"affected","timestamp":"2024-03-01T00:00:00Z"}"#
        #expect(try statements(openVEX(quiet)).suppression(of: try finding(), in: image) != nil)
        #expect(try statements(openVEX(loud + "," + quiet)).suppression(of: try finding(), in: image) == nil)
        // Another version is another product.
        #expect(try statements(openVEX(quiet)).suppression(of: try finding(version: "2.0"), in: image) == nil)
    }

    @Test func statementsWithoutReasonAreNotUsed() throws {
        let text = openVEX(
            #"{"vulnerability":{"name":"CVE-2024-1"},"products":[{"@id":"pkg:pypi/requests"}],"status":"not_affected"}"#
        )
        let statements = try statements(text)
        #expect(statements.suppression(of: try finding(), in: image) == nil)
        #expect(statements.warnings.count == 1)
    }

    @Test(arguments: [
        ("not_affected", true), ("false_positive", true), ("resolved", true), ("exploitable", false),
        ("in_triage", false),
    ])
    func cycloneDX(state: String, suppresses: Bool) throws {
        for reference in [
            "ref-1", "urn:cdx:abc/1#ref-1", "pkg:pypi/requests@1.0", "urn:cdx:abc/1#pkg%3Apypi%2Frequests%401.0",
        ] {
            let text =
                #"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"requests","bom-ref":"ref-1","purl":"pkg:pypi/requests@1.0"}],"vulnerabilities":[{"id":"CVE-2024-1","analysis":{"state":"\#(state)","detail":"d"},"affects":[{"ref":"\#(reference)"}]}]}"#
            #expect(
                (try statements(text).suppression(of: try finding(), in: image) != nil) == suppresses, "\(reference)")
        }
    }

    @Test func otherDocuments() {
        #expect(throws: AdvisoriesError.self) { try statements(#"{"a":1}"#) }
        #expect(throws: AdvisoriesError.self) { try statements("{") }
    }

    private static let now = Timestamp.seconds(date: "2026-06-01T12:00:00Z") ?? 0

    private func ignores(_ text: String, _ name: String = ".trivyignore") throws -> Suppression? {
        try IgnoreFile(Array(text.utf8), file: name).suppression(of: try finding(), now: Self.now)
    }

    @Test func ignoreFiles() throws {
        #expect(try ignores("# why\nCVE-2024-1\n")?.reason == "why")
        #expect(try ignores("CVE-2024-1 # because\n")?.reason == "because")
        #expect(try ignores("GHSA-1111-2222-3333") != nil)
        #expect(try ignores("CVE-2024-1 exp:2026-06-01") != nil)
        #expect(try ignores("CVE-2024-1 exp:2026-05-31") == nil)
        #expect(try ignores("# CVE-2024-1\n\nCVE-2024-10") == nil)
        #expect(throws: AdvisoriesError.malformed(path: "f", line: 2, reason: "soon is no date like 2026-12-31")) {
            try ignores("\nCVE-2024-1 exp:soon", "f")
        }
        #expect(throws: AdvisoriesError.self) { try ignores("CVE-2024-1 exp:2026-02-30") }
        #expect(throws: AdvisoriesError.self) { try ignores("CVE-2024-1 whatever") }
        let expired = try IgnoreFile(Array("\nCVE-2024-1 exp:2026-05-31".utf8), file: "f").expired(now: Self.now)
        #expect(expired == ["f:2: CVE-2024-1 was ignored until 2026-05-31 only"])
    }

    @Test func ignoreFilesInYAML() throws {
        func suppresses(_ entry: String) throws -> Bool {
            try ignores("vulnerabilities:\n" + entry, "ignore.yaml") != nil
        }
        #expect(try suppresses("  - id: CVE-2024-1\n    statement: \"we # know\"\n"))
        #expect(try suppresses("- id: CVE-2024-1 # comment\n  paths:\n    - opt/venv/**\n"))
        #expect(try !suppresses("- id: CVE-2024-1\n  paths: [usr/**, 'opt/*']\n"))
        #expect(try suppresses("- id: CVE-2024-1\n  purls: [\"pkg:pypi/requests\"]\n"))
        #expect(try !suppresses("- id: CVE-2024-1\n  purls:\n  - pkg:pypi/flask\n"))
        #expect(try !suppresses("- id: CVE-2024-1\n  expired_at: 2020-01-01\n"))
        #expect(throws: AdvisoriesError.self) { try suppresses("  - name: x\n") }
        #expect(throws: AdvisoriesError.self) { try suppresses("  - id: {a: b}\n") }
        #expect(throws: AdvisoriesError.self) { try suppresses("\t- id: x\n") }
    }

    @Test func globs() {
        #expect(PathGlob.matches("a/b/c", "a/**"))
        #expect(PathGlob.matches("a/b/c", "**/c"))
        #expect(PathGlob.matches("a/b/c", "a/*/c"))
        #expect(!PathGlob.matches("a/b/c", "a/*"))
        #expect(PathGlob.matches("a/bcd", "a/b?d"))
        #expect(!PathGlob.matches(String(repeating: "a", count: 5_000), String(repeating: "*a", count: 2_000) + "b"))
    }
}
