import DockerfileSyntax

extension Rule {
    /// /bin/sh replaced.
    static let dl4005 = Rule.hadolint(
        "DL4005", "shell-instead-of-link", .warning,
        "/bin/sh is replaced by a link; SHELL changes the shell of a build",
        Documentation(
            """
            Programs in the image count on the `/bin/sh` of their distribution. `SHELL` changes the shell for the `RUN` instructions alone. \
            The fix writes it in place of a `RUN` that does nothing but set the link.
            """,
            bad: """
                FROM debian:12
                RUN ln -sf /bin/bash /bin/sh
                """,
            good: """
                FROM debian:12
                SHELL ["/bin/bash", "-c"]
                """,
            declaredChange: "/bin/sh stays what it is; the shell of the build, and of commands in shell form, is bash.",
            declares: Declaration(fields: [.shell], paths: ["/bin/sh", "/usr/bin/sh"])),
        commands: ["ln"],
        fix: (
            .declaredChange, "write SHELL",
            { command, run, _ in
                let operands = command.operands().map(\.text)
                guard run.form == .shell, !run.statement.isTrigger, run.script.isChain, run.commands.count == 1,
                    run.statement.node.flags.isEmpty, operands == ["/bin/bash", "/bin/sh"]
                else { return [] }
                return [TextEdit(range: run.statement.range, replacement: #"SHELL ["/bin/bash", "-c"]"#)]
            }
        )
    ) { command, _ in command.has(argument: "/bin/sh") }
}
