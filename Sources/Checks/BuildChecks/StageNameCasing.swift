import DockerfileSyntax

extension Rule {
    /// Stage names in upper case.
    static let stageNameCasing = Rule(
        "StageNameCasing", name: "stage-name-casing", family: .buildKit, severity: .warning,
        summary: "Stage names should be lowercase",
        documentation: Documentation(
            "Stage names do not depend on case. Written in lower case everywhere, they are told apart from instructions.",
            bad: """
                FROM scratch AS Base
                FROM scratch
                COPY --from=Base /a /a
                """,
            good: """
                FROM scratch AS base
                FROM scratch
                COPY --from=base /a /a
                """),
        appliesToPartialFiles: true
    ) { context in
        context.stages.compactMap { facts in
            guard let node = context.node(of: facts.stage), node.words.count == 3 else { return nil }
            let name = node.words[2]
            guard name.text != name.text.lowercased() else { return nil }
            return Match(
                facts.stage.range, focus: name.range, message: "Stage name '\(name.text)' should be lowercase",
                fix: Fix(
                    .sameImage, "write the name in lower case",
                    edits: [TextEdit(range: name.range, replacement: name.text.lowercased())]))
        }
    }
}
