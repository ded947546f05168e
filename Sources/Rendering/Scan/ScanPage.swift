import Advisories

/// A scan's result as a page of its own: no file, no network, no scripts.
struct ScanPage {
    private let report: ScanReport
    private let showsSuppressed: Bool

    init(_ report: ScanReport, showsSuppressed: Bool) {
        self.report = report
        self.showsSuppressed = showsSuppressed
    }

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="color-scheme" content="light dark">
        <title>\(HTMLText.escape(report.image.ref))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <h1>\(HTMLText.escape(report.image.ref))</h1>
        <p>\(HTMLText.escape(ScanSummary.counts(report)))</p>
        \(FindingPlace.groups(report.findings).map(section).joined())
        \(secrets)
        \(suppressed)
        \(ScanSummary.notes(report).map { "<p class=\"soft\">\(HTMLText.escape($0))</p>\n" }.joined())
        </body>
        </html>

        """
    }

    private func section(_ place: FindingPlace, _ findings: [Finding]) -> String {
        let origin = place.origin.map { "<p class=\"soft\">from <code>\(HTMLText.escape($0))</code></p>\n" } ?? ""
        return "<section>\n<h2><code>\(HTMLText.escape(place.title))</code></h2>\n" + origin
            + "<p>\(HTMLText.escape(ScanSummary.advice(findings, report.upgrades)))</p>\n"
            + table(["Severity", "Id", "Package", "Version", "Fixed in", "Title"], findings.map(row)) + "</section>\n"
    }

    private func row(_ finding: Finding) -> [String] {
        let id = HTMLText.escape(finding.id)
        let link = finding.url.flatMap(ScanMarkdown.link).map {
            "<a href=\"\(HTMLText.escape($0))\" rel=\"noreferrer\">\(id)</a>"
        }
        let exploited = finding.exploited == nil ? "" : " <b>exploited</b>"
        let severity = finding.severity.rawValue
        return [
            "<span class=\"\(severity)\">\(severity)</span>", (link ?? id) + exploited,
            HTMLText.escape(finding.package.name), HTMLText.escape(finding.package.version),
            HTMLText.escape(ScanSummary.fix(finding)), HTMLText.escape(finding.title ?? ""),
        ]
    }

    private var secrets: String {
        guard !report.secrets.isEmpty else { return "" }
        let rows = report.secrets.map { secret in
            [
                "<span class=\"\(secret.severity.rawValue)\">\(secret.severity.rawValue)</span>",
                HTMLText.escape(secret.title), "<code>/\(HTMLText.escape(secret.path))</code>", String(secret.line),
                "\(secret.layerIndex + 1)" + (secret.removedBy == nil ? "" : ", deleted later"),
            ]
        }
        return "<section>\n<h2>Secrets</h2>\n" + table(["Severity", "Secret", "File", "Line", "Layer"], rows)
            + "</section>\n"
    }

    private var suppressed: String {
        guard showsSuppressed, !report.suppressed.isEmpty else { return "" }
        let rows = report.suppressed.map { finding in
            [
                HTMLText.escape(finding.id), HTMLText.escape(finding.package.name),
                HTMLText.escape(finding.suppression?.status ?? ""), HTMLText.escape(finding.suppression?.reason ?? ""),
            ]
        }
        return "<section>\n<h2>Suppressed</h2>\n" + table(["Id", "Package", "Status", "Reason"], rows) + "</section>\n"
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        let headings = head.map { "<th>\($0)</th>" }.joined()
        let lines = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }.joined()
        return
            "<div class=\"scroll\"><table><thead><tr>\(headings)</tr></thead>\n<tbody>\n\(lines)</tbody></table></div>\n"
    }

    private static let style = """
        :root{--bg:#fff;--fg:#1c2128;--soft:#59636e;--line:#d5dbe1;--bad:#b42318;--warn:#b54708}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e4e9ee;--soft:#98a4b0;--line:#2d353e;--bad:#f97066;--warn:#fdb022}}
        body{margin:0 auto;max-width:76rem;padding:1rem clamp(.7rem,3vw,2rem) 4rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
        h1{font-size:1.35rem;overflow-wrap:anywhere}
        h2{font-size:1rem;margin:2rem 0 .3rem;overflow-wrap:anywhere}
        p{margin:.3rem 0}
        a{color:inherit}
        code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
        .soft{color:var(--soft)}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--soft);font-weight:500}
        .CRITICAL,.HIGH{color:var(--bad);font-weight:600}
        .MEDIUM{color:var(--warn)}
        """
}
