import DockerfileSyntax

extension Rule {
    /// MAINTAINER.
    static let dl4000 = Rule.hadolint(
        "DL4000", "no-maintainer", .error, "MAINTAINER is deprecated; a label says the same",
        Documentation(
            """
            `MAINTAINER` sets a field of the image that nothing reads any more. The label `org.opencontainers.image.authors` says the same, \
            and tools show it.
            """,
            bad: """
                FROM debian:12
                MAINTAINER me@example.org
                """,
            good: """
                FROM debian:12
                LABEL org.opencontainers.image.authors="me@example.org"
                """,
            declaredChange: "The image's author field is empty; a label has the text.",
            declares: Declaration(fields: [.author, .labels]))
    ) { context in
        let fixes = Dictionary(
            Rule.maintainerDeprecated.check(context).map { ($0.range, $0.fix) }, uniquingKeysWith: { first, _ in first }
        )
        return context.statements.of(.maintainer).map { $0.match(fix: fixes[$0.range] ?? nil) }
    }
}
