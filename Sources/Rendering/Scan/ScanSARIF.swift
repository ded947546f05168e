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
        get throws {
            var log = SARIFLog(version: version, columnKind: "utf16CodeUnits")
            for finding in (report.findings + (showsSuppressed ? report.suppressed : [])).prefix(Self.resultLimit) {
                add(finding, to: &log)
            }
            for secret in report.secrets.prefix(Self.resultLimit - log.results.count) { add(secret, to: &log) }
            return try log.text([
                "automationDetails": .fields(["id": .string("whittle-scan/\(category)/")]),
                "properties": .fields([
                    "image": .string(report.image.ref), "digest": report.image.digest.map(JSONValue.string),
                ]),
            ])
        }
    }

    /// Keeps the results of several images apart.
    private var category: String { SARIFAddress.path(report.image.repository ?? report.image.ref) }

    // MARK: - Rules

    private func rule(_ finding: Finding) -> JSONFields {
        let title = finding.title ?? finding.id
        let details = finding.details ?? title
        let link = finding.url.flatMap(ScanMarkdown.link)
        let markdown =
            "**\(ScanMarkdown.escape(finding.id))** \(ScanMarkdown.escape(title))\n\n\(ScanMarkdown.escape(details))"
            + (link.map { "\n\n[\(ScanMarkdown.escape(finding.id))](\($0))" } ?? "")
        return [
            "name": .string("VulnerablePackage"),
            "shortDescription": .message(title), "fullDescription": .message(details),
            "helpUri": link.map(JSONValue.string),
            "help": .fields(["text": .string(title + "\n" + details), "markdown": .string(markdown)]),
            "defaultConfiguration": .level(level(finding.severity)),
            "properties": .fields([
                "precision": .string("very-high"), "security-severity": .string(Self.score(finding)),
                "tags": .array([.string("vulnerability"), .string("security"), .string(finding.severity.rawValue)]),
                "cvssVector": finding.cvss.map { .string($0.vector) },
            ]),
        ]
    }

    private func rule(_ secret: SecretFinding) -> JSONFields {
        [
            "name": .string("SecretInLayer"),
            "shortDescription": .message("\(secret.title) in the image"),
            "fullDescription": .message(
                "Whoever has the image has the secret, also when a later layer deletes the file. Replace the secret, and build without it in any layer."
            ),
            "defaultConfiguration": .level(level(secret.severity)),
            "properties": .fields([
                "precision": .string("high"), "security-severity": .string(Self.score(secret.severity)),
                "tags": .array([.string("secret"), .string("security"), .string(secret.severity.rawValue)]),
            ]),
        ]
    }

    private func level(_ severity: Severity) -> SARIFLog.Level {
        switch severity {
        case .critical, .high: .error
        case .medium: .warning
        case .low, .unknown: .note
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

    private func add(_ finding: Finding, to log: inout SARIFLog) {
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
        log.add(
            finding.id, level(finding.severity), message,
            at: [location(finding.attribution, path: package.path, layer: package.layer.diffID)],
            fingerprint: fingerprint([finding.id, package.type.rawValue, package.name, package.version, package.path]),
            more: [
                "relatedLocations": related.isEmpty ? nil : .array(related),
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
            ]
        ) { rule(finding) }
    }

    private func add(_ secret: SecretFinding, to log: inout SARIFLog) {
        let id = "secret/" + secret.rule
        let removed = secret.removedBy == nil ? "" : "; a later layer deletes the file, but not the secret"
        log.add(
            id, level(secret.severity),
            "\(secret.title) in \(secret.place)\(secret.line > 0 ? ", line \(secret.line)" : "")\(removed)",
            at: [
                location(
                    secret.layer.flatMap { _ in report.attribution(ofLayer: secret.layerIndex) }, path: secret.path,
                    layer: secret.layer)
            ],
            fingerprint: fingerprint([id, secret.path, secret.excerpt])
        ) { rule(secret) }
    }

    /// The Dockerfile's line; without one the image itself. Code scanning refuses results without an address, and addresses
    /// with what looks like a scheme.
    private func location(_ attribution: LayerAttribution?, path: String, layer: Digest?) -> JSONValue {
        let file = attribution?.file
        let lines = attribution?.lines
        let address = file.map(SARIFAddress.path) ?? SARIFAddress.path(report.image.repository ?? report.image.ref)
        return .fields([
            "physicalLocation": .physicalLocation(address, region: region(lines)),
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
            "physicalLocation": .physicalLocation(SARIFAddress.path(step.file), region: region(step.lines)),
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
    private func fingerprint(_ parts: [String]) -> (name: String, value: String) {
        ("primaryLocationLineHash", Digest.sha256(of: Array(parts.joined(separator: "\n").utf8)).hex + ":1")
    }
}
