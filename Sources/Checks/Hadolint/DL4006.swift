import DockerfileSyntax

extension Rule {
    /// Pipes whose failures are lost.
    static let dl4006 = Rule.hadolint(
        "DL4006", "pipefail", .warning,
        "A pipe succeeds when its last command does; set SHELL with -o pipefail before it",
        Documentation(
            """
            In `curl … | tar …` nobody notices when `curl` fails. `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` makes the step fail; images \
            with busybox have `/bin/ash`, which knows the option too.
            """,
            bad: """
                FROM debian:12
                RUN curl https://example.org/a | tar -x
                """,
            good: """
                FROM debian:12
                SHELL ["/bin/bash", "-o", "pipefail", "-c"]
                RUN curl https://example.org/a | tar -x
                """)
    ) { context in
        guard context.runs.contains(where: { $0.script.hasPipe }) else { return [] }
        var isSafe = false
        var scripts = context.runs.filter { !$0.statement.isTrigger }[...]
        return context.statements.all.compactMap { statement in
            guard !statement.isTrigger else { return nil }
            switch statement.kind {
            case .from: isSafe = false
            case .shell:
                let text = statement.node.words.map(\.text).joined(separator: " ")
                isSafe =
                    ["pwsh", "powershell", "cmd"].contains { text.hasPrefix($0) }
                    || ShellScript(ScriptText(text)).commands.contains { command in
                        ["bash", "zsh", "ash"].contains(ArchiveName.last(command.name)) && command.hasFlag("o")
                            && command.has(argument: "pipefail")
                    }
            case .run:
                guard let run = scripts.popFirst(), run.script.hasPipe, !isSafe else { return nil }
                return statement.match()
            default: break
            }
            return nil
        }
    }
}
