import DockerfileSyntax

extension Rule {
    /// No HEALTHCHECK.
    static let dl3057 = Rule.hadolint(
        "DL3057", "healthcheck", .info, "The stage has no HEALTHCHECK",
        Documentation(
            """
            Off unless the configuration gives it a severity. For images that an engine runs which looks at `HEALTHCHECK`; an orchestrator \
            has checks of its own.
            """,
            bad: """
                FROM debian:12
                CMD ["app"]
                """,
            good: """
                FROM debian:12
                HEALTHCHECK CMD ["app", "--check"]
                CMD ["app"]
                """),
        isOffByDefault: true
    ) { context in
        let lines = context.fromLines
        var good = Set(context.statements.of(.healthcheck).map(\.stage))
        // A stage has the check of the one it begins with, and needs none if the one that begins with it has one.
        for stage in lines.lines.indices {
            if let parent = lines.parent(of: stage), good.contains(parent) { good.insert(stage) }
        }
        for stage in lines.lines.indices.reversed() where good.contains(stage) {
            if let parent = lines.parent(of: stage) { good.insert(parent) }
        }
        return lines.lines.indices.filter { !good.contains($0) }.map { lines.lines[$0].statement.match() }
    }
}
