import DockerfileSyntax

extension Rule {
    /// Instructions in front of FROM.
    static let dl3061 = Rule.hadolint(
        "DL3061", "from-first", .error, "Only ARG may stand in front of the first FROM",
        Documentation(
            "There is nothing yet that the instruction could change. Builders refuse the file.",
            bad: """
                WORKDIR /app
                FROM debian:12
                """,
            good: """
                ARG VERSION=12
                FROM debian:${VERSION}
                """)
    ) { context in
        context.statements.all.compactMap { statement in
            guard !statement.isTrigger, statement.stage < 0, statement.kind != nil, statement.kind != .arg else {
                return nil
            }
            return statement.match()
        }
    }
}
