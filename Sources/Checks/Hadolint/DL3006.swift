import DockerfileSyntax

extension Rule {
    /// Base image without a tag.
    static let dl3006 = Rule.hadolint(
        "DL3006", "tag-base-images", .warning, "The base image has no tag",
        Documentation(
            """
            Without a tag the image is the one called `latest` on the day of the build. The fix writes the most exact tag that names the \
            same image today.
            """,
            bad: Example(
                "FROM python\n", inputs: CheckInputs(tags: ExampleTags(["python": "3.12.4-bookworm"]))),
            good: "FROM python:3.12.4-bookworm\n")
    ) { context in
        var aliases: Set<String> = []
        return context.fromLines.lines.compactMap { statement, from in
            defer { if let alias = from.alias { aliases.insert(alias) } }
            guard from.tag == nil, from.digest == nil, !from.name.isEmpty, !from.name.hasPrefix("$"),
                !(from.registry == nil && from.name == "scratch"), !aliases.contains(from.name.lowercased()),
                let image = from.image
            else { return nil }
            var fix: Fix?
            if !image.text.contains("$"), let tag = context.inputs.tags?.pinnedTag(for: image.text),
                ImageNameText(image.text + ":" + tag)?.isValid == true
            {
                fix = Fix(
                    .sameImage, "write the tag \(tag)",
                    edits: [TextEdit(range: SourceRange(at: image.range.end), replacement: ":" + tag)])
            }
            return statement.match(focus: image.range, fix: fix)
        }
    }
}
