import DockerfileSyntax

extension Rule {
    /// The tag `latest`.
    static let dl3007 = Rule.hadolint(
        "DL3007", "no-latest-tag", .warning, "The base image has the tag latest, which will be another image tomorrow",
        Documentation(
            """
            `latest` moves to the next major version without warning. The fix writes the most exact tag that names the same image today.
            """,
            bad: Example(
                "FROM node:latest\n", inputs: CheckInputs(tags: ExampleTags(["node:latest": "22.3.0-bookworm"]))),
            good: "FROM node:22.3.0-bookworm\n")
    ) { context in
        context.fromLines.lines.compactMap { statement, from in
            guard from.tag == "latest", from.digest == nil, let image = from.image else { return nil }
            var fix: Fix?
            let place = SourceRange(start: image.range.end - "latest".utf8.count, end: image.range.end)
            if image.text.hasSuffix(":latest"), context.source.text(in: place) == "latest",
                let tag = context.inputs.tags?.pinnedTag(for: image.text), tag != "latest",
                ImageNameText("image:" + tag)?.isValid == true
            {
                fix = Fix(.sameImage, "write the tag \(tag)", edits: [TextEdit(range: place, replacement: tag)])
            }
            return statement.match(focus: image.range, fix: fix)
        }
    }
}
