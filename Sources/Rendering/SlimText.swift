import Slimming

/// What slimming has done, for people.
public enum SlimText {
    /// What is measured of both images.
    struct Row {
        var title: String
        var before: String
        var after: String
        var reduction: String
    }

    static func rows(_ report: SlimReport) -> [Row] {
        let (before, after) = (report.before, report.after)
        func reduction(_ left: Int64, _ right: Int64) -> String {
            left > 0 && right > 0 ? ComparisonText.percent(Double(left - right) / Double(left) * 100) : ""
        }
        func time(_ milliseconds: Int?, killed: Bool? = nil) -> String {
            guard let milliseconds else { return "–" }
            return SizeText.fixed(Double(milliseconds) / 1000, 1) + " s" + (killed == true ? " (killed)" : "")
        }
        func count(_ title: String, _ left: Int, _ right: Int) -> Row {
            Row(
                title: title, before: SizeText.grouped(Int64(left)), after: SizeText.grouped(Int64(right)),
                reduction: left > 0 ? ComparisonText.percent(Double(left - right) / Double(left) * 100) : "")
        }
        var counts = [count("Packages", before.packages, after.packages)]
        if let former = before.findings, let latter = after.findings {
            counts.append(count("Vulnerabilities", former, latter))
            for severity in ["CRITICAL", "HIGH"] {
                counts.append(
                    count(
                        "… \(severity.lowercased())", before.findingsBySeverity?[severity] ?? 0,
                        after.findingsBySeverity?[severity] ?? 0))
            }
        }
        return [
            Row(
                title: "Size on disk", before: SizeText.megabytes(before.size), after: SizeText.megabytes(after.size),
                reduction: reduction(before.size, after.size)),
            Row(
                title: "Compressed", before: SizeText.megabytes(before.compressedSize),
                after: SizeText.megabytes(after.compressedSize),
                reduction: reduction(before.compressedSize, after.compressedSize)),
        ] + counts + [
            Row(title: "User", before: user(before.user), after: user(after.user), reduction: ""),
            Row(
                title: "Start", before: time(before.startMilliseconds), after: time(after.startMilliseconds),
                reduction: ""),
            Row(
                title: "Stop", before: time(before.stopMilliseconds, killed: before.killed),
                after: time(after.stopMilliseconds, killed: after.killed), reduction: ""),
            Row(title: "Smoke test", before: before.smoke, after: after.smoke, reduction: ""),
        ]
    }

    private static func user(_ name: String) -> String { name.isEmpty || name == "0" ? "root" : name }

    static func verdict(_ report: SlimReport) -> String {
        if report.accepted {
            return "accepted\(report.variant.map { " (\($0))" } ?? "")\(report.reason.map { ": " + $0 } ?? "")"
        }
        return "not accepted\(report.reason.map { ": " + $0 } ?? "")"
    }

    /// Steps, table and verdict; the Dockerfile in front if asked for.
    public static func text(_ report: SlimReport, showsDockerfile: Bool) -> String {
        var text = ""
        if showsDockerfile { text += report.dockerfile + (report.dockerfile.hasSuffix("\n") ? "\n" : "\n\n") }
        for step in report.steps { text += "line \(step.line): \(step.why) [\(step.id)]\n" }
        if !report.steps.isEmpty { text += "\n" }
        if report.before.size > 0 {
            var table = TextTable([.init(""), .init("Before"), .init("After"), .init("Reduction")])
            for row in rows(report) { table.add([row.title, row.before, row.after, row.reduction]) }
            text += table.ruled + "\n"
        }
        for note in report.notes { text += "note: \(line(note))\n" }
        for rejected in report.rejected { text += "stepped back: \(rejected)\n" }
        text += verdict(report) + "\n"
        for target in report.targets ?? [] { text += line(target) + "\n" }
        if report.accepted, report.variant != nil, report.targets == nil {
            text += "more targets: --with-target dev (the build with the command), --with-target debug (with a shell)\n"
        }
        return text
    }

    static func line(_ note: SlimReport.Note) -> String { "line \(note.line): \(note.message) [\(note.rule)]" }

    static func line(_ target: SlimReport.Target) -> String {
        let size = target.size.map { ", " + SizeText.megabytes($0) } ?? ""
        return "target \(target.name): "
            + (target.accepted ? "built and tested\(size)" : "left out: \(target.reason ?? "it does not work")")
    }

    /// For a pull request.
    public static func markdown(_ report: SlimReport) -> String {
        func cell(_ text: String) -> String {
            text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
        }
        var text = "### Slimmer image: \(cell(verdict(report)))\n\n"
        if report.before.size > 0 {
            text += "| | Before | After | Reduction |\n|---|---|---|---|\n"
            for row in rows(report) {
                text += "| \(row.title) | \(cell(row.before)) | \(cell(row.after)) | \(row.reduction) |\n"
            }
            text += "\n"
        }
        for step in report.steps { text += "- line \(step.line): \(step.why) (`\(step.id)`)\n" }
        for note in report.notes { text += "- line \(note.line), left as it is: \(note.message) (`\(note.rule)`)\n" }
        for target in report.targets ?? [] { text += "- \(line(target))\n" }
        if let proof = report.proof { text += "\nTested by: \(proof).\n" }
        if !report.rejected.isEmpty {
            text += "\n<details><summary>Stepped back \(report.rejected.count) times</summary>\n\n"
            for rejected in report.rejected { text += "- \(inline(rejected))\n" }
            text += "\n</details>\n"
        }
        // A fence longer than any in the text.
        var fence = "```"
        while report.dockerfile.contains(fence) { fence += "`" }
        return text
            + "\n\(fence)dockerfile\n\(report.dockerfile)\(report.dockerfile.hasSuffix("\n") ? "" : "\n")\(fence)\n"
    }

    /// Foreign text in a line of Markdown: it can neither format anything nor mention anybody.
    private static func inline(_ text: String) -> String {
        text.map { character in
            "\\`*_[]<>@#|&~".contains(character) ? "\\" + String(character) : String(character)
        }.joined()
    }
}
