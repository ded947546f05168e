import DockerfileSyntax

extension Rule {
    /// CMD, ENTRYPOINT or HEALTHCHECK through a shell.
    static let dl3025 = Rule.hadolint(
        "DL3025", "exec-form", .warning, "CMD, ENTRYPOINT and HEALTHCHECK should be written as a JSON array",
        Documentation(
            """
            Without brackets, the program runs below a shell, which does not pass signals on: `docker stop` waits for ten seconds and kills it.
            """,
            bad: """
                FROM debian:12
                CMD app --serve
                """,
            good: """
                FROM debian:12
                CMD ["app", "--serve"]
                """,
            declaredChange: "The program is started by itself, not by a shell.",
            declares: Declaration(fields: [.command, .entrypoint, .healthcheck]))
    ) { context in
        context.statements.all.compactMap { statement in
            guard !statement.isTrigger, !statement.node.isJSON, let kind = statement.kind else { return nil }
            switch kind {
            case .cmd, .entrypoint:
                return statement.match(fix: execForm(statement, kind, context))
            case .healthcheck:
                guard statement.node.words.first?.text.lowercased() == "cmd", let line = statement.node.words.last,
                    statement.node.words.count == 2
                else { return nil }
                let words = ExecForm.words(line.text)
                return statement.match(
                    fix: words.map { words in
                        Fix(
                            .declaredChange, "write the exec form",
                            edits: [TextEdit(range: line.range, replacement: ExecForm.json(words))])
                    })
            default: return nil
            }
        }
    }

    private static func execForm(_ statement: Statement, _ kind: Statement.Kind, _ context: CheckContext) -> Fix? {
        guard let line = statement.node.words.first?.text,
            let instruction = context.instructions.first(where: { $0.nodeIndex == statement.index }),
            context.fact(Evaluation.self)[instruction]?.state.shell == nil
        else { return nil }
        return ExecForm.fix(
            CommandLine(words: [line], isShellForm: true), of: statement.node, name: kind.rawValue.uppercased(),
            in: context)
    }
}
