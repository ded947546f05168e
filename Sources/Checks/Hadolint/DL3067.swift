import DockerfileSyntax

extension Rule {
    /// COPY of everything.
    static let dl3067 = Rule.hadolint(
        "DL3067", "no-copy-of-everything", .warning, "COPY --from takes a whole file system; copy what is needed",
        Documentation(
            """
            A stage that copies `/` from another is that other stage again, in one layer without cache, and with everything that was meant \
            to stay behind.
            """,
            bad: """
                FROM debian:12 AS build
                FROM scratch
                COPY --from=build / /
                """,
            good: """
                FROM debian:12 AS build
                FROM scratch
                COPY --from=build /app /app
                """),
        each: .copy
    ) { statement, _ in
        let paths = statement.node.words.map { Unquoted.ends($0.text) }
        guard statement.flag("from") != nil, paths.last == "/", paths.dropLast().contains("/") else { return nil }
        return statement.match()
    }
}
