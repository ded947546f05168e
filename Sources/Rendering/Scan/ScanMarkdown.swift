import Advisories

/// A scan's result for a comment on a change.
struct ScanMarkdown {
    private let report: ScanReport
    private let showsSuppressed: Bool
    /// Comments have a limit; what is beyond it is counted.
    private static let rowLimit = 200

    init(_ report: ScanReport, showsSuppressed: Bool) {
        self.report = report
        self.showsSuppressed = showsSuppressed
    }

    var text: String {
        var text = "### \(Self.escape(report.image.ref))\n\n\(Self.escape(ScanSummary.counts(report)))\n"
        var left = Self.rowLimit
        for group in FindingPlace.groups(report.findings) {
            guard left > 0 else { break }
            text += "\n**\(Self.escape(group.place.title))**"
            if let origin = group.place.origin { text += " from \(Self.escape(origin))" }
            text += "  \n\(Self.escape(ScanSummary.advice(group.findings, report.upgrades)))\n\n"
            text += "| Severity | Id | Package | Version | Fixed in | Title |\n|---|---|---|---|---|---|\n"
            for finding in group.findings.prefix(left) { text += row(finding) }
            left -= group.findings.count
        }
        if left < 0 { text += "\n\(-left) more are left out here.\n" }
        if !report.secrets.isEmpty {
            text += "\n**Secrets**\n\n| Severity | Secret | File | Line | Layer |\n|---|---|---|---|---|\n"
            for secret in report.secrets {
                let removed = secret.removedBy == nil ? "" : ", deleted later"
                text +=
                    "| \(secret.severity.rawValue) | \(secret.title) | \(Self.escape("/" + secret.path)) | \(secret.line) | \(secret.layerIndex + 1)\(removed) |\n"
            }
        }
        if showsSuppressed, !report.suppressed.isEmpty {
            text += "\n**Suppressed**\n\n| Id | Package | Status | Reason |\n|---|---|---|---|\n"
            for finding in report.suppressed {
                text +=
                    "| \(Self.escape(finding.id)) | \(Self.escape(finding.package.name)) | \(finding.suppression?.status ?? "") | \(Self.escape(finding.suppression?.reason ?? "")) |\n"
            }
        }
        for note in ScanSummary.notes(report) { text += "\n_\(Self.escape(note))_  " }
        return text + "\n"
    }

    private func row(_ finding: Finding) -> String {
        let id = finding.url.flatMap(Self.link).map { "[\(Self.escape(finding.id))](\($0))" } ?? Self.escape(finding.id)
        let exploited = finding.exploited == nil ? "" : " (exploited)"
        let cells = [
            finding.severity.rawValue, id + exploited, Self.escape(finding.package.name),
            Self.escape(finding.package.version),
            Self.escape(ScanSummary.fix(finding)), Self.escape(FindingPlace.shortened(finding.title ?? "", 80)),
        ]
        return "| " + cells.joined(separator: " | ") + " |\n"
    }

    /// An address that can stand in parentheses.
    static func link(_ text: String) -> String? {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"()<>\"|\\`[]".utf8.contains($0) })
        else { return nil }
        return text
    }

    /// Text with nothing in it that Markdown takes for more than text.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in ControlSequences.singleLine(text).unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            default:
                if "\\`*_{}[]|#!~".unicodeScalars.contains(scalar) { result += "\\" }
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
