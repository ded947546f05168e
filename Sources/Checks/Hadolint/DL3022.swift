import DockerfileSyntax

extension Rule {
    /// COPY --from of something that is no stage.
    static let dl3022 = Rule.hadolint(
        "DL3022", "copy-from-known-stage", .warning, "COPY --from names no stage of this file",
        Documentation(
            """
            What is not a stage above is taken for an image and pulled, mostly because of a spelling mistake. An image that is meant has a tag.
            """,
            bad: """
                FROM debian:12 AS build
                FROM debian:12
                COPY --from=biuld /app /app
                """,
            good: """
                FROM debian:12 AS build
                FROM debian:12
                COPY --from=build /app /app
                """),
        each: .copy
    ) { statement, context in
        guard let flag = statement.flag("from"), let source = flag.value else { return nil }
        let lines = context.fromLines.lines.prefix(statement.stage + 1)
        if source.contains(":") || lines.contains(where: { $0.from.alias == source.lowercased() }) { return nil }
        let digits = source.prefix { $0.isASCII && $0.isNumber }
        if let number = Int(digits), number < lines.count { return nil }
        return statement.match(focus: flag.range)
    }
}
