import DockerfileSyntax

extension Rule {
    /// JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals.
    static let jsonArgsRecommended = Rule(
        "JSONArgsRecommended", name: "json-args-recommended", family: .buildKit, severity: .warning,
        summary: "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
        documentation: Documentation(
            """
            In the form without brackets the program runs below `/bin/sh -c`, which gets the signals and keeps them: `docker stop` waits and then kills. A `SHELL` instruction says that the shell is meant.
            """,
            bad: """
                FROM alpine
                CMD httpd -f
                """,
            good: """
                FROM alpine
                CMD ["httpd", "-f"]
                """,
            declaredChange: "The program is started by itself, not by a shell.",
            declares: Declaration(fields: [.command, .entrypoint]))
    ) { context in
        let evaluation = context.fact(Evaluation.self)
        return context.instructions.compactMap { instruction in
            guard let (command, name) = startCommand(instruction), command.isShellForm,
                evaluation[instruction]?.state.shell == nil, let node = context.node(of: instruction)
            else { return nil }
            return Match(
                instruction.range,
                message: "JSON arguments recommended for \(node.keyword.text) to prevent unintended behavior related "
                    + "to OS signals",
                fix: ExecForm.fix(command, of: node, name: name, in: context))
        }
    }

    private static func startCommand(_ instruction: Instruction) -> (CommandLine, String)? {
        switch instruction.kind {
        case .cmd(let command): (command, "CMD")
        case .entrypoint(let command): (command, "ENTRYPOINT")
        default: nil
        }
    }
}
