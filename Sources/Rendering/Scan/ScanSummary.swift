import Advisories
import Inventory

/// Sentences about a scan's result that several forms have.
enum ScanSummary {
    /// `3 findings: 1 critical, 2 high`.
    static func counts(_ report: ScanReport) -> String {
        let total = report.findings.count
        var text = total == 0 ? "no findings" : total == 1 ? "1 finding" : "\(SizeText.grouped(Int64(total))) findings"
        if total > 0 { text += ": " + severities(report.findings) }
        if !report.secrets.isEmpty {
            text += report.secrets.count == 1 ? ", 1 secret" : ", \(report.secrets.count) secrets"
        }
        let packages = report.packages.count
        text += packages == 1 ? " in 1 package" : " in \(SizeText.grouped(Int64(packages))) packages"
        if let known = report.knownInBase { text += "; \(known) that the base has, too, left out" }
        if !report.suppressed.isEmpty { text += "; \(report.suppressed.count) suppressed" }
        return text
    }

    static func severities(_ findings: [Finding]) -> String {
        let counts = Dictionary(findings.map { ($0.severity, 1) }, uniquingKeysWith: +)
        return counts.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key.rawValue.lowercased())" }
            .joined(separator: ", ")
    }

    /// `14 findings, 12 gone with requests 2.32.0`.
    static func advice(_ findings: [Finding], _ report: ScanReport) -> String {
        let count = findings.count == 1 ? "1 finding" : "\(findings.count) findings"
        let packages = Set(findings.map(\.package))
        let own = report.upgrades.filter { packages.contains($0.package) && $0.gone > 0 }
        let others = edits(findings, report)
        guard !own.isEmpty else {
            return ControlSequences.singleLine(([count + ", none with a fix"] + others).joined(separator: ", "))
        }
        let parts = own.prefix(5).map { advice in
            let rest = advice.remaining > 0 ? " (\(advice.remaining) stay)" : ""
            return "\(advice.gone) gone with \(advice.package.name) \(advice.version)\(rest)"
        }
        let more = own.count > 5 ? "\(own.count - 5) more packages with fixes" : ""
        return ControlSequences.singleLine(
            count + ", " + (parts + (more.isEmpty ? [] : [more]) + others).joined(separator: ", "))
    }

    /// Edits other than newer versions: another base, packages that belong into a stage that builds, and such as nothing requires.
    private static func edits(_ findings: [Finding], _ report: ScanReport) -> [String] {
        let isBase = findings.contains { $0.attribution?.isBase == true }
        let bases = (isBase ? report.bases : []).prefix(3).map { advice in
            let left = advice.remaining + advice.added
            return "\(advice.gone) of the base's gone with \(advice.candidate)" + (left > 0 ? " (it has \(left))" : "")
        }
        let layers = Set(findings.map(\.package.layer.index))
        func avoidable(_ advice: [AvoidablePackages], _ text: (String) -> String) -> [String] {
            advice.filter { layers.contains($0.layer) }.map { advice in
                let names = advice.packages.prefix(3).joined(separator: ", ") + (advice.packages.count > 3 ? "…" : "")
                return "\(advice.gone) gone with " + text(names)
            }
        }
        return bases + avoidable(report.buildStages) { $0 + " in a build stage" }
            + avoidable(report.recommended) { "--no-install-recommends (no package requires \($0))" }
    }

    /// The fixed version, or why there is none.
    static func fix(_ finding: Finding) -> String {
        if let version = finding.fixedVersion { return FindingPlace.shortened(version, 30) }
        return switch finding.status {
        case .wontFix: "will not fix"
        case .deferred: "deferred"
        case .endOfLife: "end of life"
        default: "-"
        }
    }

    /// The layer that a secret is in, counted from 1; nothing for a setting that made none.
    static func layer(of secret: SecretFinding) -> String {
        secret.layer == nil && secret.setting != nil ? "" : LayerText.number(secret.layerIndex)
    }

    /// What the reader has to know to judge the result: how old the data is, and what was not looked at.
    static func notes(_ report: ScanReport) -> [String] {
        var notes: [String] = []
        if let oldest = report.oldest {
            let age = oldest.days == 1 ? "1 day" : "\(SizeText.grouped(oldest.days)) days"
            notes.append("advisories: the oldest are those for \(oldest.ecosystem.key), \(age) old")
        }
        let missing = report.dates.filter { $0.date == nil }.map(\.ecosystem.key)
        if !missing.isEmpty {
            notes.append("not covered: the database has nothing on \(missing.joined(separator: ", "))")
        }
        let reasons: [(Uncovered, String)] = [
            (.thirdParty, "from repositories other than the distribution's, which its advisories are not about"),
            (.unknownDistribution, "of a distribution that no advisories are known for"),
            (.unknownType, "of a kind that no advisories are known for"), (.noVersion, "without a version"),
        ]
        for (reason, text) in reasons {
            guard let count = report.uncovered[reason], count > 0 else { continue }
            notes.append("not covered: \(count == 1 ? "1 package" : "\(count) packages") \(text)")
        }
        return notes
    }
}
