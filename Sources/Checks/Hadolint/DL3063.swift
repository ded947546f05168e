import DockerfileSyntax

extension Rule {
    /// Reserved names of stages.
    static let dl3063 = Rule.hadolint(
        "DL3063", "no-reserved-stage-names", .warning,
        "The stage has a name with a meaning of its own, scratch or context",
        Documentation(
            """
            `scratch` is the empty base, and `context` the directory that is built from. A stage of that name can be mistaken, or not found. \
            The fix gives it another name, here and where it is copied from.
            """,
            bad: """
                FROM debian:12 AS context
                FROM debian:12
                COPY --from=context /a /a
                """,
            good: """
                FROM debian:12 AS context-stage
                FROM debian:12
                COPY --from=context-stage /a /a
                """,
            declaredChange: "The stage has another name, also for --target.")
    ) { context in
        context.fromLines.lines.compactMap { statement, from in
            guard let alias = from.alias, alias == "scratch" || alias == "context", let word = from.writtenAlias else {
                return nil
            }
            return statement.match(focus: word.range, fix: renaming(alias, word, statement, context))
        }
    }

    private static func renaming(
        _ alias: String, _ word: Word, _ statement: Statement, _ context: CheckContext
    ) -> Fix? {
        let name = alias + "-stage"
        let lines = context.fromLines.lines
        // Where it is a base, or mounted, which of the two meanings counts is not ours to decide.
        let isAmbiguous =
            lines.contains { $0.from.alias == name || $0.statement.stage > statement.stage && $0.from.name == alias }
            || lines.count(where: { $0.from.alias == alias }) > 1
            || context.statements.of(.run, triggers: true).contains { run in
                run.node.flags.contains { $0.value?.contains("from=\(alias)") == true }
            }
        guard !isAmbiguous else { return nil }
        var edits = [TextEdit(range: word.range, replacement: name)]
        for copy in context.statements.of(.copy) where copy.stage > statement.stage {
            guard let flag = copy.flag("from"), flag.value?.lowercased() == alias else { continue }
            guard let range = flag.valueRange, context.source.text(in: range).lowercased() == alias else { return nil }
            edits.append(TextEdit(range: range, replacement: name))
        }
        return Fix(.declaredChange, "call it \(name)", edits: edits)
    }
}
