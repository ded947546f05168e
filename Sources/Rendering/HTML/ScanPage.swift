import Advisories

/// A scan's result as a page, without scripts.
struct ScanPage {
    private let report: ScanReport
    private let showsSuppressed: Bool

    init(_ report: ScanReport, showsSuppressed: Bool) {
        self.report = report
        self.showsSuppressed = showsSuppressed
    }

    var text: String {
        let name = HTMLText.escape(OneLine.text(report.image.ref))
        var sections = FindingPlace.groups(report.findings).enumerated().map { index, group in
            HTMLPage.Section(group.place.title, findings(group.place, group.findings), id: "place-\(index + 1)")
        }
        sections.append(.init("Secrets", secrets, id: "secrets"))
        sections.append(.init("Suppressed", suppressed, id: "suppressed"))
        let notes = ScanSummary.notes(report).map { "<p class=\"soft\">\(HTMLText.escape($0))</p>\n" }
        return HTMLPage(
            title: OneLine.text(report.image.ref),
            header: "<h1>\(name)</h1>\n<p>\(HTMLText.escape(ScanSummary.counts(report)))</p>\n\(notes.joined())",
            sections: sections
        ).text
    }

    private func findings(_ place: FindingPlace, _ findings: [Finding]) -> String {
        let origin = place.origin.map { "<p class=\"soft\">from \(HTMLPart.code($0))</p>\n" } ?? ""
        return origin + "<p>\(HTMLText.escape(ScanSummary.advice(findings, report)))</p>\n"
            + HTMLPart.table(
                [
                    .init("Severity", .short), .init("Id", .short), .init("Package"), .init("Version"),
                    .init("Fixed in"), .init("Title", .extra),
                ], findings.map(row))
    }

    private func row(_ finding: Finding) -> [String] {
        let id = HTMLText.escape(OneLine.text(finding.id))
        let link = finding.url.flatMap(ScanMarkdown.link).map {
            "<a href=\"\(HTMLText.escape($0))\" rel=\"noreferrer\">\(id)</a>"
        }
        let exploited = finding.exploited == nil ? "" : " <b class=\"bad\">exploited</b>"
        return [
            HTMLPart.severity(finding.severity.rawValue), (link ?? id) + exploited,
            HTMLText.escape(OneLine.text(finding.package.name)), HTMLText.escape(OneLine.text(finding.package.version)),
            HTMLText.escape(ScanSummary.fix(finding)), HTMLText.escape(OneLine.text(finding.title ?? "")),
        ]
    }

    private var secrets: String {
        HTMLPart.table(
            [
                .init("Severity", .short), .init("Secret"), .init("File", .main), .init("Line", .number),
                .init("Layer", .number),
            ],
            report.secrets.map { secret in
                [
                    HTMLPart.severity(secret.severity.rawValue), HTMLText.escape(secret.title),
                    HTMLPart.code(
                        secret.setting == nil ? OneLine.path(Array(secret.path.utf8)) : OneLine.text(secret.place))
                        + (secret.removedBy == nil ? "" : " <span class=\"bad\">deleted later, still there</span>"),
                    secret.line > 0 ? String(secret.line) : "", ScanSummary.layer(of: secret),
                ]
            })
    }

    private var suppressed: String {
        guard showsSuppressed else { return "" }
        return HTMLPart.table(
            [.init("Id", .short), .init("Package"), .init("Status"), .init("Reason")],
            report.suppressed.map { finding in
                [
                    finding.id, finding.package.name, finding.suppression?.status ?? "",
                    finding.suppression?.reason ?? "",
                ].map { HTMLText.escape(OneLine.text($0)) }
            })
    }
}
