import DockerfileSyntax

extension Rule {
    /// COPY --from of the own stage.
    static let dl3023 = Rule.hadolint(
        "DL3023", "copy-from-other-stage", .error, "COPY --from names the stage it is in",
        Documentation(
            "A stage cannot read from itself; it is not done yet. `RUN cp` copies within a stage.",
            bad: """
                FROM debian:12 AS build
                COPY --from=build /a /b
                """,
            good: """
                FROM debian:12 AS build
                RUN cp /a /b
                """),
        each: .copy
    ) { statement, context in
        guard let flag = statement.flag("from"), let source = flag.value?.lowercased(),
            context.fromLines.lines.indices.contains(statement.stage),
            context.fromLines.lines[statement.stage].from.alias == source
        else { return nil }
        return statement.match(focus: flag.range)
    }
}
