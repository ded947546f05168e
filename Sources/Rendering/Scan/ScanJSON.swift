import Advisories
import Inventory
import OCI

/// A scan's result for scripts.
struct ScanJSON {
    private let report: ScanReport
    private let showsSuppressed: Bool

    init(_ report: ScanReport, showsSuppressed: Bool) {
        self.report = report
        self.showsSuppressed = showsSuppressed
    }

    var text: String {
        get throws { String(decoding: try CanonicalJSON.encode(value), as: UTF8.self) + "\n" }
    }

    private var value: JSONValue {
        var fields = JSONFields()
        fields["image"] = .fields([
            "ref": .string(report.image.ref), "digest": report.image.digest.map(JSONValue.string),
        ])
        if let distribution = report.distribution { fields["distribution"] = .string(distribution.qualifier) }
        fields["findings"] = .array(report.findings.map(Self.finding))
        if showsSuppressed { fields["suppressed"] = .array(report.suppressed.map(Self.finding)) }
        fields["secrets"] = .array(report.secrets.map(Self.secret))
        fields["data"] = .array(
            report.dates.map {
                .fields(["ecosystem": .string($0.ecosystem.key), "date": $0.date.map(JSONValue.string)])
            })
        if !report.uncovered.isEmpty {
            fields["notCovered"] = .object(
                Dictionary(
                    uniqueKeysWithValues: report.uncovered.map { ($0.key.rawValue, .integer(Int64($0.value))) }))
        }
        if !report.upgrades.isEmpty {
            fields["upgrades"] = .array(
                report.upgrades.map {
                    .fields([
                        "package": Self.package($0.package), "version": .string($0.version),
                        "gone": .integer(Int64($0.gone)), "remaining": .integer(Int64($0.remaining)),
                    ])
                })
        }
        for (name, advice) in [("buildStages", report.buildStages), ("recommended", report.recommended)]
        where !advice.isEmpty {
            fields[name] = .array(advice.map(avoidable))
        }
        if !report.bases.isEmpty {
            fields["bases"] = .array(
                report.bases.map {
                    .fields([
                        "base": .string($0.base), "candidate": .string($0.candidate),
                        "gone": .integer(Int64($0.gone)), "remaining": .integer(Int64($0.remaining)),
                        "added": .integer(Int64($0.added)),
                    ])
                })
        }
        if let known = report.knownInBase { fields["knownInBase"] = .integer(Int64(known)) }
        return .fields(fields)
    }

    private func avoidable(_ advice: AvoidablePackages) -> JSONValue {
        .fields([
            "layer": .integer(Int64(advice.layer)),
            "line": report.attribution(ofLayer: advice.layer)?.lines.map { .integer(Int64($0.lowerBound)) },
            "packages": .array(advice.packages.map(JSONValue.string)), "gone": .integer(Int64(advice.gone)),
        ])
    }

    static func package(_ package: Package) -> JSONValue {
        .fields([
            "name": .string(package.name), "version": .string(package.version), "type": .string(package.type.rawValue),
            "purl": package.purl.map { .string($0.description) }, "path": .string(package.path),
            "source": package.source.map { .fields(["name": .string($0.name), "version": .string($0.version)]) },
        ])
    }

    private static func finding(_ finding: Finding) -> JSONValue {
        var fields: JSONFields = [
            "id": .string(finding.id), "aliases": .array(finding.aliases.map(JSONValue.string)),
            "package": package(finding.package), "fixedVersion": finding.fixedVersion.map(JSONValue.string),
            "status": .string(finding.status.rawValue), "severity": .string(finding.severity.rawValue),
            "severitySource": finding.severitySource.map(JSONValue.string),
            "cvss": finding.bestScore.map(JSONValue.number),
            "cvssVector": finding.cvss.map { .string($0.vector) }, "title": finding.title.map(JSONValue.string),
            "url": finding.url.map(JSONValue.string), "sources": .array(finding.sources.map(JSONValue.string)),
            "layer": layer(finding),
        ]
        if finding.isReachabilityUnknown { fields["reachability"] = .string("unknown") }
        if let exploited = finding.exploited {
            fields["knownExploited"] = .fields([
                "added": exploited.added.map(JSONValue.string), "due": exploited.due.map(JSONValue.string),
                "ransomware": .bool(exploited.isUsedByRansomware),
            ])
        }
        if let probability = finding.probability {
            fields["epss"] = .fields([
                "score": .number(probability.score), "percentile": .number(probability.percentile),
            ])
        }
        if let suppression = finding.suppression {
            fields["suppression"] = .fields([
                "kind": .string(suppression.kind.rawValue), "status": .string(suppression.status),
                "reason": suppression.reason.map(JSONValue.string), "file": .string(suppression.file),
            ])
        }
        if finding.trail.count > 1 { fields["trail"] = .array(finding.trail.map(step)) }
        if let removed = finding.package.removedBy {
            fields["removedBy"] = .fields(["diffID": removed.diffID.map { .string($0.description) }])
        }
        return .fields(fields)
    }

    private static func layer(_ finding: Finding) -> JSONValue {
        let attribution = finding.attribution
        return .fields([
            "diffID": finding.package.layer.diffID.map { .string($0.description) },
            "index": .integer(Int64(finding.package.layer.index)),
            "instruction": attribution?.instruction.map(JSONValue.string),
            "file": attribution?.file.map(JSONValue.string),
            "line": attribution?.lines.map { .integer(Int64($0.lowerBound)) },
            "endLine": attribution?.lines.map { .integer(Int64($0.upperBound)) },
            "stage": attribution?.stage.map(JSONValue.string),
            "origin": finding.trail.count > 1 ? finding.trail.last.map(step) : nil,
            "isBase": attribution?.isBase.map(JSONValue.bool),
        ])
    }

    private static func step(_ step: TrailStep) -> JSONValue {
        .fields([
            "kind": .string(step.kind.rawValue), "instruction": .string(step.instruction), "file": .string(step.file),
            "line": step.lines.map { .integer(Int64($0.lowerBound)) }, "stage": .string(step.stage),
            "path": .string(step.path),
        ])
    }

    private static func secret(_ secret: SecretFinding) -> JSONValue {
        .fields([
            "rule": .string(secret.rule), "title": .string(secret.title), "severity": .string(secret.severity.rawValue),
            "path": .string(secret.path), "line": secret.line > 0 ? .integer(Int64(secret.line)) : nil,
            "setting": secret.setting.map { .string($0.rawValue) }, "match": .string(secret.excerpt),
            "layer": .fields([
                "diffID": secret.layer.map { .string($0.description) },
                "index": secret.layer == nil && secret.setting != nil ? nil : .integer(Int64(secret.layerIndex)),
            ]),
            "removedBy": secret.removedBy.map { .fields(["diffID": .string($0.description)]) },
        ])
    }
}

/// Fields of an object, those without a value left out.
typealias JSONFields = [String: JSONValue?]

extension JSONValue {
    /// An object of the fields that have a value.
    static func fields(_ fields: JSONFields) -> JSONValue { .object(fields.compactMapValues { $0 }) }
}
