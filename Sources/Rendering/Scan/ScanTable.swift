import Advisories
import Inventory

/// A scan's result for people: findings by the line that brought them, and what would take them away.
struct ScanTable {
    private let report: ScanReport
    private let showsSuppressed: Bool

    init(_ report: ScanReport, showsSuppressed: Bool) {
        self.report = report
        self.showsSuppressed = showsSuppressed
    }

    var text: String {
        var text = ControlSequences.singleLine(report.image.ref)
        if let name = report.distribution?.prettyName { text += " (" + ControlSequences.singleLine(name) + ")" }
        text += "\n" + ScanSummary.counts(report) + "\n"
        for group in FindingPlace.groups(report.findings) { text += "\n" + table(of: group.findings, at: group.place) }
        if !report.secrets.isEmpty { text += "\n" + secrets }
        if showsSuppressed, !report.suppressed.isEmpty { text += "\n" + suppressed }
        for note in ScanSummary.notes(report) { text += "\n" + note }
        return text + "\n"
    }

    private func table(of findings: [Finding], at place: FindingPlace) -> String {
        var text = ControlSequences.singleLine(place.title) + "\n"
        if let origin = place.origin { text += "  from " + ControlSequences.singleLine(origin) + "\n" }
        text += "  " + ScanSummary.advice(findings, report) + "\n"
        var table = TextTable([
            .init("  Package"), .init("Version"), .init("Fixed in"), .init("Severity"), .init("Id"), .init("Title"),
        ])
        for finding in findings {
            table.add([
                "  " + cell(finding.package.name, 40), cell(finding.package.version, 30), ScanSummary.fix(finding),
                finding.severity.rawValue, finding.id + (finding.exploited == nil ? "" : " (exploited)"),
                cell(finding.title ?? "", 60),
            ])
        }
        return text + table.list
    }

    private func cell(_ text: String, _ limit: Int) -> String {
        FindingPlace.shortened(ControlSequences.singleLine(text), limit)
    }

    private var secrets: String {
        var table = TextTable([
            .init("  File"), .init("Line", .right), .init("Severity"), .init("Secret"), .init("Layer"),
        ])
        for secret in report.secrets {
            let removed = secret.removedBy == nil ? "" : ", deleted later"
            table.add([
                "  " + cell(secret.place, 70), secret.line > 0 ? String(secret.line) : "", secret.severity.rawValue,
                secret.title,
                ScanSummary.layer(of: secret) + removed,
            ])
        }
        return "Secrets\n" + table.list
    }

    private var suppressed: String {
        var table = TextTable([.init("  Package"), .init("Id"), .init("Status"), .init("Reason"), .init("File")])
        for finding in report.suppressed {
            let suppression = finding.suppression
            table.add([
                "  " + cell(finding.package.name, 40), finding.id, suppression?.status ?? "",
                cell(suppression?.reason ?? "", 60), cell(suppression?.file ?? "", 60),
            ])
        }
        return "Suppressed\n" + table.list
    }
}
