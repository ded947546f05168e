import DockerfileSyntax

extension Rule {
    /// ONBUILD of what cannot be stored.
    static let dl3043 = Rule.hadolint(
        "DL3043", "no-nested-onbuild", .error, "ONBUILD cannot hold ONBUILD, FROM or MAINTAINER",
        Documentation(
            "Builders refuse these instructions behind `ONBUILD`.",
            bad: """
                FROM debian:12
                ONBUILD MAINTAINER me@example.org
                """,
            good: """
                FROM debian:12
                ONBUILD RUN make
                """)
    ) { context in
        context.statements.all.compactMap { statement in
            guard statement.isTrigger, let kind = statement.kind, [.onbuild, .from, .maintainer].contains(kind) else {
                return nil
            }
            return statement.match(focus: statement.node.keyword.range)
        }
    }
}
