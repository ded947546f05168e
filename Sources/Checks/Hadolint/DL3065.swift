import DockerfileSyntax

extension Rule {
    /// --platform=$TARGETPLATFORM.
    static let dl3065 = Rule.hadolint(
        "DL3065", "no-target-platform", .warning, "--platform=$TARGETPLATFORM says what holds anyway",
        Documentation(
            "A stage is built for the target platform unless it says otherwise.",
            bad: """
                FROM --platform=$TARGETPLATFORM debian:12
                """,
            good: """
                FROM debian:12
                """)
    ) { context in
        context.fromLines.lines.compactMap { statement, from in
            guard let platform = from.platform, let image = from.image,
                platform.value == "$TARGETPLATFORM" || platform.value == "${TARGETPLATFORM}"
            else { return nil }
            let edit = TextEdit(
                range: SourceRange(start: platform.range.start, end: image.range.start), replacement: "")
            return statement.match(
                focus: platform.range,
                fix: statement.node.flags.count == 1 && !context.source.text(in: edit.range).contains("\n")
                    ? Fix(.sameImage, "remove the flag", edits: [edit]) : nil)
        }
    }
}
