import DockerfileSyntax

extension Rule {
    /// RUN after RUN.
    static let dl3059 = Rule.hadolint(
        "DL3059", "join-runs", .info, "Several RUN instructions in a row, each a layer; they can be one",
        Documentation(
            """
            Each `RUN` is a layer, and what one of them deletes stays in the layer below. The fix joins those of a single command that \
            leaves nothing in the shell for the next one.
            """,
            bad: """
                FROM debian:12
                RUN mkdir /data
                RUN touch /data/a
                """,
            good: """
                FROM debian:12
                RUN mkdir /data && touch /data/a
                """)
    ) { context in
        var matches: [Match] = []
        var first: RunScript?
        var previous: RunScript?
        var scripts = context.runs.filter { !$0.statement.isTrigger }[...]
        for statement in context.statements.all where !statement.isTrigger {
            guard statement.kind == .run, let run = scripts.popFirst() else {
                first = nil
                previous = nil
                continue
            }
            if let kept = first, flags(kept) == flags(run), kept.commands.count < 2, run.commands.count < 2 {
                matches.append(statement.match(fix: previous.flatMap { RunJoining.fix($0, run, context) }))
            } else {
                first = run
            }
            previous = run
        }
        return matches
    }

    private static func flags(_ run: RunScript) -> Set<String> {
        Set(run.statement.node.flags.map { $0.name.lowercased() + "=" + ($0.value ?? "") })
    }
}
