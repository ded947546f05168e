import Advisories
import Inventory
import OCI
import Testing

@testable import Rendering

/// What a scan has found, in every form, with text from strangers in it.
struct ScanTextTests {
    private let hostile = "<script>alert(1)</script> | `x` [a](javascript:b)\u{1B}[31m\nnext"

    private func report() throws -> ScanReport {
        let digest = Digest.sha256(of: Array("layer".utf8))
        let package = Package(
            type: .pypi, name: "evil" + hostile, version: "1.0", path: "opt/" + hostile,
            layer: .init(index: 0, diffID: digest), purl: try PackageURL(parsing: "pkg:pypi/evil@1.0"))
        var finding = Finding(
            id: "CVE-2024-1", aliases: ["PYSEC-1"], package: package, fixedVersion: "1.1", status: .fixed,
            severity: .high,
            severitySource: "CVSS 3.1", cvss: CVSS("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), score: nil,
            title: hostile,
            details: hostile, url: "javascript:alert(1)", sources: ["x"])
        var attribution = LayerAttribution(index: 0, diffID: digest)
        attribution.file = "docker/Dockerfile"
        attribution.lines = 8...9
        attribution.stage = "final"
        attribution.instruction = "COPY --from=builder /venv /venv"
        finding.attribution = attribution
        var report = ScanReport(
            image: ScannedImage(ref: "example.com:5000/app:1", digest: digest.description, repository: "app"),
            subject: .init(reference: "app"), inventory: ImageInventory(layers: []), attribution: nil,
            created: "1970-01-01T00:00:00Z", time: 0)
        report.findings = [finding]
        finding.id = "CVE-2024-2"
        finding.suppression = Suppression(kind: .vex, status: "not_affected", reason: hostile, file: "vex.json")
        report.suppressed = [finding]
        return report
    }

    private func text(_ format: ScanFormat) throws -> String {
        try ScanText(version: "1.2.3", showsSuppressed: true).text(try report(), format)
    }

    @Test func nothingOfItIsMarkup() throws {
        #expect(try !text(.html).contains("<script"))
        #expect(try !text(.html).contains("href=\"javascript"))
        let markdown = try text(.markdown)
        #expect(!markdown.contains("<script"))
        #expect(!markdown.contains("[a]("))
        #expect(try !text(.table).contains("\u{1B}"))
        #expect(try text(.table).contains("docker/Dockerfile:8"))
    }

    @Test func aCommentHasRoomForManyFindings() throws {
        var report = try report()
        report.findings = (0..<3000).map { number in
            var finding = report.findings[0]
            finding.id = "CVE-2024-\(number)"
            return finding
        }
        report.suppressed = report.findings
        for shows in [true, false] {
            let text = ScanMarkdown(report, showsSuppressed: shows).text
            #expect(text.utf8.count <= CommentRoom.limit)
            #expect(text.contains("more are left out here"))
            #expect(text.contains("**Suppressed**") == shows)
        }
    }

    @Test func sarif() throws {
        guard
            case .object(let document) = try CanonicalJSON.decode(
                JSONValue.self, from: Array(try text(.sarif).utf8), what: "sarif"),
            case .array(let runs)? = document["runs"], case .object(let run)? = runs.first,
            case .array(let results)? = run["results"], case .object(let result)? = results.first,
            case .array(let locations)? = result["locations"], case .object(let location)? = locations.first,
            case .object(let physical)? = location["physicalLocation"],
            case .object(let artifact)? = physical["artifactLocation"], case .object(let region)? = physical["region"]
        else {
            Issue.record("the document has another shape")
            return
        }
        #expect(results.count == 2)
        #expect(artifact["uri"] == .string("docker/Dockerfile"))
        #expect(region == ["startLine": .integer(8), "endLine": .integer(9)])
        #expect(result["level"] == .string("error"))
    }

    @Test(arguments: [
        ("./a b/Dockerfile", "a%20b/Dockerfile"), ("/abs/x", "abs/x"), ("host:5000/app", "host%3A5000/app"),
        ("", "image"),
    ])
    func addressesHaveNoScheme(path: String, address: String) {
        #expect(SARIFAddress.path(path) == address)
    }

    @Test func json() throws {
        let json = try text(.json)
        for part in [
            #""cvss":7.5"#, #""fixedVersion":"1.1""#, #""line":8"#, #""severity":"HIGH""#, #""suppressed":[{"#,
        ] {
            #expect(json.contains(part), "\(part)")
        }
    }
}
