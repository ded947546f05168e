import Advisories
import Inventory
import OCI

/// The image's bill of materials with its vulnerabilities, in CycloneDX 1.6.
struct ScanCycloneDX {
    private let report: ScanReport
    private let version: String

    init(_ report: ScanReport, version: String) {
        self.report = report
        self.version = version
    }

    var text: String {
        get throws {
            let bill = BillOfMaterials(
                subject: report.subject, inventory: report.inventory, attribution: report.attribution,
                created: report.created, toolVersion: version)
            let bytes = try CycloneDXDocument.bytes(bill)
            guard case .object(var document) = try CanonicalJSON.decode(JSONValue.self, from: bytes, what: "document")
            else { return String(decoding: bytes, as: UTF8.self) }
            document["vulnerabilities"] = .array(vulnerabilities(references(in: document)))
            return String(decoding: try CanonicalJSON.encode(JSONValue.object(document)), as: UTF8.self) + "\n"
        }
    }

    /// What the packages are called in the document: the components that are no operating system are the packages, in order.
    private func references(in document: [String: JSONValue]) -> [Package: String] {
        guard case .array(let components)? = document["components"] else { return [:] }
        let names = components.compactMap { component -> String? in
            guard case .object(let fields) = component, fields["type"] != .string("operating-system"),
                case .string(let name)? = fields["bom-ref"]
            else { return nil }
            return name
        }
        return Dictionary(zip(report.inventory.packages, names)) { first, _ in first }
    }

    private func vulnerabilities(_ references: [Package: String]) -> [JSONValue] {
        // One for each vulnerability and what is said about it, with all packages that have it.
        struct Key: Hashable {
            var id: String
            var suppression: Suppression?
        }
        let groups = Dictionary(grouping: report.findings + report.suppressed) {
            Key(id: $0.id, suppression: $0.suppression)
        }
        return groups.sorted { ($0.key.id, $0.value.count) < ($1.key.id, $1.value.count) }.compactMap { key, findings in
            guard let first = findings.min() else { return nil }
            let affected = Set(findings.compactMap { references[$0.package] }).sorted()
            return .fields([
                "bom-ref": .string(
                    key.suppression == nil ? "vulnerability:\(key.id)" : "vulnerability:\(key.id):suppressed"),
                "id": .string(key.id),
                "source": .fields([
                    "name": first.sources.first.map(JSONValue.string), "url": first.url.map(JSONValue.string),
                ]),
                "references": first.aliases.isEmpty
                    ? nil
                    : .array(
                        first.aliases.map {
                            .fields(["id": .string($0), "source": .fields(["name": .string(Self.source(of: $0))])])
                        }),
                "ratings": .array([rating(first)]), "description": (first.details ?? first.title).map(JSONValue.string),
                "recommendation": recommendation(findings),
                "affects": .array(affected.map { .fields(["ref": .string($0)]) }),
                "analysis": key.suppression.map(analysis),
            ])
        }
    }

    private func rating(_ finding: Finding) -> JSONValue {
        var method: String?
        switch finding.cvss?.version {
        case "2.0": method = "CVSSv2"
        case "3.0": method = "CVSSv3"
        case "3.1": method = "CVSSv31"
        case "4.0": method = "CVSSv4"
        default: method = nil
        }
        return .fields([
            "severity": .string(finding.severity.rawValue.lowercased()),
            "score": finding.bestScore.map(JSONValue.number),
            "method": method.map(JSONValue.string), "vector": finding.cvss.map { .string($0.vector) },
            "source": finding.severitySource.map { .fields(["name": .string($0)]) },
        ])
    }

    private func recommendation(_ findings: [Finding]) -> JSONValue? {
        let texts = Set(
            findings.compactMap { finding in finding.fixedVersion.map { "\(finding.package.name) \($0)" } }
        ).sorted()
        return texts.isEmpty ? nil : .string("Upgrade to " + texts.joined(separator: ", "))
    }

    private func analysis(_ suppression: Suppression) -> JSONValue {
        .fields([
            "state": .string(suppression.status == "fixed" ? "resolved" : "not_affected"),
            "detail": suppression.reason.map(JSONValue.string),
        ])
    }

    private static func source(of id: String) -> String {
        id.hasPrefix("CVE-") ? "CVE" : AdvisorySource.of(id: id).name
    }
}
