import Advisories
import OCI

/// A scan's result as SARIF 2.1.0, in the form that code scanning takes: the place of a finding is the instruction of the
/// Dockerfile that brought the package, so that it shows where something can be done about it.
struct ScanSARIF {
    private let report: ScanReport
    private let showsSuppressed: Bool
    private let version: String
    /// Code scanning takes no more.
    private static let resultLimit = 25_000

    init(_ report: ScanReport, showsSuppressed: Bool, version: String) {
        self.report = report
        self.showsSuppressed = showsSuppressed
        self.version = version
    }

    var text: String {
        get throws { String(decoding: try CanonicalJSON.encode(document), as: UTF8.self) + "\n" }
    }

    private var document: JSONValue {
        let findings = (report.findings + (showsSuppressed ? report.suppressed : [])).prefix(Self.resultLimit)
        var rules: [JSONValue] = []
        var positions: [String: Int] = [:]
        for finding in findings where positions[finding.id] == nil {
            positions[finding.id] = rules.count
            rules.append(rule(finding))
        }
        var results = findings.map { result($0, position: positions[$0.id] ?? 0) }
        for secret in report.secrets.prefix(Self.resultLimit - results.count) {
            let id = "secret/" + secret.rule
            if positions[id] == nil {
                positions[id] = rules.count
                rules.append(rule(secret, id: id))
            }
            results.append(result(secret, id: id, position: positions[id] ?? 0))
        }
        return .fields([
            "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"), "version": .string("2.1.0"),
            "runs": .array([
                .fields([
                    "tool": .fields([
                        "driver": .fields([
                            "name": .string("whittle"), "version": .string(version),
                            "semanticVersion": .string(version),
                            "rules": .array(rules),
                        ])
                    ]),
                    "automationDetails": .fields(["id": .string("whittle-scan/\(category)/")]),
                    "columnKind": .string("utf16CodeUnits"), "results": .array(results),
                    "properties": .fields([
                        "image": .string(report.image.ref), "digest": report.image.digest.map(JSONValue.string),
                    ]),
                ])
            ]),
        ])
    }

    /// Keeps the results of several images apart.
    private var category: String { SARIFAddress.path(report.image.repository ?? report.image.ref) }

    // MARK: - Rules

    private func rule(_ finding: Finding) -> JSONValue {
        let title = finding.title ?? finding.id
        let details = finding.details ?? title
        let link = finding.url.flatMap(ScanMarkdown.link)
        let markdown =
            "**\(ScanMarkdown.escape(finding.id))** \(ScanMarkdown.escape(title))\n\n\(ScanMarkdown.escape(details))"
            + (link.map { "\n\n[\(ScanMarkdown.escape(finding.id))](\($0))" } ?? "")
        return .fields([
            "id": .string(finding.id), "name": .string("VulnerablePackage"),
            "shortDescription": .message(title), "fullDescription": .message(details),
            "helpUri": link.map(JSONValue.string),
            "help": .fields(["text": .string(title + "\n" + details), "markdown": .string(markdown)]),
            "defaultConfiguration": .fields(["level": .string(level(finding.severity))]),
            "properties": .fields([
                "precision": .string("very-high"), "security-severity": .string(Self.score(finding)),
                "tags": .array([.string("vulnerability"), .string("security"), .string(finding.severity.rawValue)]),
                "cvssVector": finding.cvss.map { .string($0.vector) },
            ]),
        ])
    }

    private func rule(_ secret: SecretFinding, id: String) -> JSONValue {
        .fields([
            "id": .string(id), "name": .string("SecretInLayer"),
            "shortDescription": .message("\(secret.title) in a layer"),
            "fullDescription": .message(
                "Whoever has the image has the secret, also when a later layer deletes the file. Replace the secret, and build without it in any layer."
            ),
            "defaultConfiguration": .fields(["level": .string(level(secret.severity))]),
            "properties": .fields([
                "precision": .string("high"), "security-severity": .string(Self.score(secret.severity)),
                "tags": .array([.string("secret"), .string("security"), .string(secret.severity.rawValue)]),
            ]),
        ])
    }

    private func level(_ severity: Severity) -> String {
        switch severity {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .unknown: "note"
        }
    }

    /// A number in text, as code scanning wants it. Where the severity is not that of the score, the severity decides.
    private static func score(_ finding: Finding) -> String {
        if let score = finding.bestScore, Severity(score: score) == finding.severity { return SizeText.fixed(score, 1) }
        return score(finding.severity)
    }

    private static func score(_ severity: Severity) -> String {
        switch severity {
        case .critical: "9.0"
        case .high: "7.0"
        case .medium: "4.0"
        case .low: "1.0"
        case .unknown: "0.0"
        }
    }

    // MARK: - Results

    private func result(_ finding: Finding, position: Int) -> JSONValue {
        let package = finding.package
        let fix = finding.fixedVersion.map { "fixed in \($0)" } ?? "no fix"
        var message =
            "\(finding.id) in \(package.name) \(package.version) (\(finding.severity.rawValue.lowercased()), \(fix))"
        if let title = finding.title { message += ": " + title }
        message += "\nPackage record: /\(package.path)"
        if let instruction = finding.attribution?.instruction { message += "\nBrought by: " + instruction }
        let related = finding.trail.dropFirst().enumerated().map { index, step in
            relatedLocation(step, id: index + 1)
        }
        return .fields([
            "ruleId": .string(finding.id), "ruleIndex": .integer(Int64(position)),
            "level": .string(level(finding.severity)), "message": .message(message),
            "locations": .array([
                location(finding.attribution, path: package.path, layer: package.layer.diffID)
            ]),
            "relatedLocations": related.isEmpty ? nil : .array(related),
            "partialFingerprints": .fields([
                "primaryLocationLineHash": .string(
                    fingerprint([finding.id, package.type.rawValue, package.name, package.version, package.path]))
            ]),
            "suppressions": finding.suppression.map { suppression in
                .array([
                    .fields([
                        "kind": .string("external"), "status": .string("accepted"),
                        "justification": .string(
                            [suppression.status, suppression.reason].compactMap { $0 }.joined(separator: ": ")),
                    ])
                ])
            },
            "properties": .fields([
                "purl": package.purl.map { .string($0.description) },
                "fixedVersion": finding.fixedVersion.map(JSONValue.string),
                "knownExploited": .bool(finding.exploited != nil),
                "epss": finding.probability.map { .number($0.score) },
            ]),
        ])
    }

    private func result(_ secret: SecretFinding, id: String, position: Int) -> JSONValue {
        let removed = secret.removedBy == nil ? "" : "; a later layer deletes the file, but not the secret"
        return .fields([
            "ruleId": .string(id), "ruleIndex": .integer(Int64(position)), "level": .string(level(secret.severity)),
            "message": .message("\(secret.title) in /\(secret.path), line \(secret.line)\(removed)"),
            "locations": .array([
                location(report.attribution(ofLayer: secret.layerIndex), path: secret.path, layer: secret.layer)
            ]),
            "partialFingerprints": .fields([
                "primaryLocationLineHash": .string(fingerprint([id, secret.path, secret.excerpt]))
            ]),
        ])
    }

    /// The Dockerfile's line; without one the image itself. Code scanning refuses results without an address, and addresses
    /// with what looks like a scheme.
    private func location(_ attribution: LayerAttribution?, path: String, layer: Digest?) -> JSONValue {
        let file = attribution?.file
        let lines = attribution?.lines
        let address = file.map(SARIFAddress.path) ?? SARIFAddress.path(report.image.repository ?? report.image.ref)
        return .fields([
            "physicalLocation": .fields([
                "artifactLocation": .fields(["uri": .string(address)]),
                "region": region(lines),
            ]),
            "logicalLocations": .array([
                .fields([
                    "fullyQualifiedName": .string("\(report.image.ref)@\(layer?.description ?? "rootfs"):/\(path)"),
                    "kind": .string("resource"),
                ])
            ]),
            "message": attribution?.instruction.map(JSONValue.message),
        ])
    }

    private func relatedLocation(_ step: TrailStep, id: Int) -> JSONValue {
        .fields([
            "id": .integer(Int64(id)),
            "physicalLocation": .fields([
                "artifactLocation": .fields(["uri": .string(SARIFAddress.path(step.file))]),
                "region": region(step.lines),
            ]),
            "message": .message("stage \(step.stage): \(step.instruction)"),
        ])
    }

    private func region(_ lines: ClosedRange<Int>?) -> JSONValue {
        let lines = lines ?? 1...1
        return .fields([
            "startLine": .integer(Int64(max(1, lines.lowerBound))),
            "endLine": .integer(Int64(max(1, lines.upperBound))),
        ])
    }

    /// The same on every run for the same thing, whatever the image is called.
    private func fingerprint(_ parts: [String]) -> String {
        Digest.sha256(of: Array(parts.joined(separator: "\n").utf8)).hex + ":1"
    }
}

/// Addresses in SARIF: relative paths without anything that could be taken for a scheme.
enum SARIFAddress {
    static func path(_ text: String) -> String {
        var rest = text[...]
        while rest.hasPrefix("./") || rest.hasPrefix("/") { rest = rest.dropFirst(rest.hasPrefix("/") ? 1 : 2) }
        var result = ""
        for byte in rest.utf8 {
            let isPlain =
                byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
                || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "-._~/".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return result.isEmpty ? "image" : result
    }
}

extension JSONValue {
    /// SARIF's form of a text.
    fileprivate static func message(_ text: String) -> JSONValue { .object(["text": .string(text)]) }
}
