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
        let notes = ScanSummary.notes(report).map { "\n_\(Self.escape($0))_  " }.joined() + "\n"
        var room = CommentRoom(besides: text + notes)
        let secrets = secrets(&room)
        text += findings(&room) + secrets
        if showsSuppressed { text += suppressed(&room) }
        return text + notes
    }

    private func findings(_ room: inout CommentRoom) -> String {
        var text = ""
        var left = Self.rowLimit
        var leftOut = 0
        for group in FindingPlace.groups(report.findings) {
            var head = "\n**\(Self.escape(group.place.title))**"
            if let origin = group.place.origin { head += " from \(Self.escape(origin))" }
            head += "  \n\(Self.escape(ScanSummary.advice(group.findings, report)))\n\n"
            head += "| Severity | Id | Package | Version | Fixed in | Title |\n|---|---|---|---|---|---|\n"
            room.take(head)
            // Suppressed findings are asked for, and get half of what is there.
            let (rows, rest) = room.fit(
                group.findings.lazy.map(row), total: group.findings.count, rows: left,
                lists: showsSuppressed && !report.suppressed.isEmpty ? 2 : 1)
            left -= group.findings.count - rest
            leftOut += rest
            if !rows.isEmpty { text += head + rows }
        }
        return text + (leftOut > 0 ? "\n\(SizeText.grouped(Int64(leftOut))) more are left out here.\n" : "")
    }

    private func secrets(_ room: inout CommentRoom) -> String {
        list(
            "Secrets", "| Severity | Secret | File | Line | Layer |\n|---|---|---|---|---|\n",
            report.secrets.map { secret in
                let removed = secret.removedBy == nil ? "" : ", deleted later"
                let cells = [
                    secret.severity.rawValue, secret.title, Self.cell(secret.place),
                    secret.line > 0 ? String(secret.line) : "",
                    ScanSummary.layer(of: secret) + removed,
                ]
                return "| " + cells.joined(separator: " | ") + " |\n"
            }, &room, lists: 3)
    }

    private func suppressed(_ room: inout CommentRoom) -> String {
        list(
            "Suppressed", "| Id | Package | Status | Reason |\n|---|---|---|---|\n",
            report.suppressed.map { finding in
                let cells = [
                    finding.id, finding.package.name, finding.suppression?.status ?? "",
                    finding.suppression?.reason ?? "",
                ]
                return "| " + cells.map { Self.cell($0) }.joined(separator: " | ") + " |\n"
            }, &room, lists: 1)
    }

    private func list(
        _ title: String, _ head: String, _ lines: [String], _ room: inout CommentRoom, lists: Int
    ) -> String {
        guard !lines.isEmpty else { return "" }
        let head = "\n**\(title)**\n\n" + head
        room.take(head)
        let (rows, rest) = room.fit(lines, total: lines.count, rows: Self.rowLimit, lists: lists)
        return head + rows + (rest > 0 ? "\n\(SizeText.grouped(Int64(rest))) more are left out here.\n" : "")
    }

    /// Foreign text in a cell, not longer than one wants to read there.
    private static func cell(_ text: String, _ limit: Int = 120) -> String {
        escape(FindingPlace.shortened(text, limit))
    }

    private func row(_ finding: Finding) -> String {
        let id = finding.url.flatMap(Self.link).map { "[\(Self.escape(finding.id))](\($0))" } ?? Self.escape(finding.id)
        let exploited = finding.exploited == nil ? "" : " (exploited)"
        let cells = [
            finding.severity.rawValue, id + exploited, Self.cell(finding.package.name),
            Self.cell(finding.package.version, 60),
            Self.escape(ScanSummary.fix(finding)), Self.cell(finding.title ?? "", 80),
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
