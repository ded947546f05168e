import DockerfileSyntax

extension Rule {
    /// wget with a progress bar.
    static let dl3047 = Rule.hadolint(
        "DL3047", "wget-progress", .info,
        "wget without --progress, -q or -nv fills the build's log with its progress bar",
        Documentation(
            "Outside of a terminal `wget` prints a line for every 50 kB. `--progress=dot:giga`, `-nv` or `-q` print less.",
            bad: """
                FROM debian:12
                RUN wget https://example.org/a
                """,
            good: """
                FROM debian:12
                RUN wget --progress=dot:giga https://example.org/a
                """),
        commands: ["wget"],
        fix: (
            .sameFiles, "add --progress=dot:giga",
            { command, run, context in
                // The wget of busybox does not know the flag.
                let image = context.image(under: run.statement.stage) ?? ""
                let mayBeBusybox = ["alpine", "busybox"].contains { image.contains($0) }
                guard command.first.text == "wget", !mayBeBusybox || installsWget(run, context) else { return [] }
                return run.inserting(" --progress=dot:giga", after: command.first).map { [$0] } ?? []
            }
        )
    ) { command, _ in
        !command.hasFlag("progress", "q", "quiet", "o", "output-file", "a", "append-output", "no-verbose")
            && !command.has(argument: "-nv")
    }

    private static func installsWget(_ run: RunScript, _ context: CheckContext) -> Bool {
        context.runs.contains { other in
            other.statement.stage == run.statement.stage && other.statement.index <= run.statement.index
                && other.commands.contains { $0.has("apk", "add") && $0.has(argument: "wget") }
        }
    }
}
