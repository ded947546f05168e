import DockerfileSyntax

extension Rule {
    /// Stage names should be unique.
    static let duplicateStageName = Rule(
        "DuplicateStageName", name: "duplicate-stage-name", family: .buildKit, severity: .warning,
        summary: "Stage names should be unique",
        documentation: Documentation(
            """
            Of two stages of one name only the later one can be referred to below it, and which one a `COPY --from` means depends on where it stands.
            """,
            bad: """
                FROM scratch AS b
                FROM scratch AS b
                """,
            good: """
                FROM scratch AS a
                FROM scratch AS b
                """), heedsLocalDirectives: false
    ) { context in
        var seen: Set<String> = []
        return context.parsed.stages.compactMap { stage in
            guard let name = stage.name, !seen.insert(name).inserted else { return nil }
            return Match(
                stage.range, focus: context.node(of: stage)?.words.last?.range,
                message: "Duplicate stage name \(quoted(name)), stage names should be unique")
        }
    }
}
