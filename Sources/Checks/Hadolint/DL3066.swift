import DockerfileSyntax

extension Rule {
    /// USER by name.
    static let dl3066 = Rule.hadolint(
        "DL3066", "numeric-user", .info,
        "The user is not given by number; what runs the image may not be able to resolve the name",
        Documentation(
            """
            Orchestrators that refuse to run as root look at the number, and a name has none outside of the image. The fix writes the number \
            that the stage itself gave the user.
            """,
            bad: """
                FROM debian:12
                RUN useradd --uid 1000 app
                USER app
                """,
            good: """
                FROM debian:12
                RUN useradd --uid 1000 app
                USER 1000
                """,
            declaredChange: "The image's configuration names the user by number.",
            declares: Declaration(fields: [.user]))
    ) { context in
        var arguments: Set<String> = []
        return context.statements.all.compactMap { statement in
            guard !statement.isTrigger else { return nil }
            if statement.kind == .arg { arguments.formUnion(statement.argumentNames) }
            guard statement.kind == .user else { return nil }
            let user = statement.argument
            let id = user.prefix { $0 != ":" }
            if id.allSatisfy({ $0.isASCII && $0.isNumber }) { return nil }
            if arguments.contains(where: { user.contains("${\($0)}") || user.contains("$\($0)") }) { return nil }
            return statement.match(
                focus: statement.node.words.first?.range, fix: numeric(statement, String(id), context))
        }
    }

    private static func numeric(_ statement: Statement, _ name: String, _ context: CheckContext) -> Fix? {
        guard let word = statement.node.words.first, context.source.text(in: word.range) == word.text, !name.isEmpty
        else { return nil }
        let numbers = context.runs.filter {
            $0.statement.stage == statement.stage && $0.statement.index < statement.index && !$0.statement.isTrigger
        }.flatMap { run in
            run.commands.filter { ["useradd", "adduser"].contains($0.name) && $0.arguments.last?.literal == name }
        }.compactMap { command in
            (command.values(of: "u") + command.values(of: "uid")).first?.literal
                ?? command.arguments.first { $0.text.hasPrefix("--uid=") }.map { String($0.text.dropFirst(6)) }
        }
        guard numbers.count == 1, let number = numbers.first, UInt32(number) != nil else { return nil }
        let place = SourceRange(start: word.range.start, end: word.range.start + name.utf8.count)
        return Fix(
            .declaredChange, "write the number", edits: [TextEdit(range: place, replacement: number)])
    }
}
