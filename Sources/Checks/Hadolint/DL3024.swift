import DockerfileSyntax

extension Rule {
    /// Two stages of one name.
    static let dl3024 = Rule.hadolint(
        "DL3024", "unique-stage-names", .error, "Two stages have the same name",
        Documentation(
            "`COPY --from` and `--target` find only one of them.",
            bad: """
                FROM debian:12 AS build
                FROM debian:12 AS build
                """,
            good: """
                FROM debian:12 AS build
                FROM debian:12 AS final
                """)
    ) { context in
        var names: Set<String> = []
        return context.fromLines.lines.compactMap { statement, from in
            guard let alias = from.alias, !names.insert(alias).inserted else { return nil }
            return statement.match(focus: from.writtenAlias?.range)
        }
    }
}
