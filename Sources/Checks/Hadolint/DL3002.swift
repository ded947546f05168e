import DockerfileSyntax

extension Rule {
    /// The last USER is root.
    static let dl3002 = Rule.hadolint(
        "DL3002", "last-user-not-root", .warning, "The last USER is root",
        Documentation(
            """
            What runs as root in a container has more ways out of it. Change to `root` for the steps that need it, and back afterwards. \
            The fix goes back to the user that the stage had before, or that the base image has.
            """,
            bad: """
                FROM debian:12
                USER 1000
                USER root
                RUN mkdir /data
                CMD ["app"]
                """,
            good: """
                FROM debian:12
                USER 1000
                USER root
                RUN mkdir /data
                USER 1000
                CMD ["app"]
                """,
            declaredChange: "Containers run as the user that was set before, not as root.",
            declares: Declaration(fields: [.user]))
    ) { context in
        var last: [Int: Statement] = [:]
        var earlier: [Int: String] = [:]
        for statement in context.statements.of(.user) {
            if isRoot(statement.argument) {
                last[statement.stage] = statement
            } else {
                last[statement.stage] = nil
                earlier[statement.stage] = statement.argument
            }
        }
        return last.values.map { statement in
            let user = earlier[statement.stage] ?? baseUser(statement.stage, context)
            return statement.match(
                focus: statement.node.words.first?.range, fix: user.flatMap { goingBack(to: $0, statement, context) })
        }
    }

    private static func isRoot(_ user: String) -> Bool {
        user == "root" || user == "0" || user.hasPrefix("root:") || user.hasPrefix("0:")
    }

    private static func baseUser(_ stage: Int, _ context: CheckContext) -> String? {
        guard let image = context.image(under: stage), context.fromLines.parent(of: stage) == nil,
            let user = context.inputs.baseImages?.configuration(of: image)?.user, !user.isEmpty, !isRoot(user),
            !user.contains(where: \.isWhitespace)
        else { return nil }
        return user
    }

    /// USER behind the last step that it would matter to.
    private static func goingBack(to user: String, _ root: Statement, _ context: CheckContext) -> Fix? {
        let steps: Set<Statement.Kind> = [.run, .workdir, .user]
        let last = context.statements.all.last {
            $0.stage == root.stage && !$0.isTrigger && $0.kind.map(steps.contains) == true
        }
        guard let end = last?.range.end else { return nil }
        return Fix(
            .declaredChange, "go back to USER \(user)",
            edits: [TextEdit(range: SourceRange(at: end), replacement: "\nUSER \(user)")])
    }
}
