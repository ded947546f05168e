import Slimming

/// What slimming has done, as a page without scripts.
public enum SlimPage {
    /// The page.
    public static func page(_ report: SlimReport) -> String {
        let mark = report.accepted ? "good" : "bad"
        var header = "<h1>Slimmer image</h1>\n<p class=\"\(mark)\">\(HTMLText.escape(SlimText.verdict(report)))</p>\n"
        if report.before.size > 0 {
            header += HTMLPart.table(
                [.init("What"), .init("Before", .number), .init("After", .number), .init("Reduction", .number)],
                SlimText.rows(report).map { row in
                    [row.title, row.before, row.after, row.reduction].map { HTMLText.escape(OneLine.text($0)) }
                })
        }
        return HTMLPage(
            title: "Slimmer image", header: header,
            sections: [
                .init("What was changed", list(report.steps), id: "steps"),
                .init("Other targets", lines((report.targets ?? []).map(SlimText.line)), id: "targets"),
                .init("What stays and should not", lines(report.notes.map(SlimText.line)), id: "notes"),
                .init("What was given up", lines(report.rejected), id: "rejected"),
                .init("Dockerfile", file(report.dockerfile), id: "dockerfile"),
                .init(".dockerignore", report.dockerignore.map(file) ?? "", id: "dockerignore"),
            ]
        ).text
    }

    private static func list(_ steps: [SlimStep]) -> String {
        guard !steps.isEmpty else { return "" }
        let items = steps.map { step in
            "<li>line \(step.line): \(HTMLText.escape(OneLine.text(step.why))) \(HTMLPart.code(step.id))</li>\n"
        }
        return "<ul class=\"steps\">\n\(items.joined())</ul>\n"
    }

    private static func lines(_ lines: [String]) -> String {
        guard !lines.isEmpty else { return "" }
        return
            "<ul class=\"steps\">\n\(lines.map { "<li>\(HTMLText.escape(OneLine.text($0)))</li>\n" }.joined())</ul>\n"
    }

    private static func file(_ text: String) -> String {
        text.isEmpty ? "" : "<pre class=\"source file\">\(HTMLText.escape(text))</pre>\n"
    }
}
