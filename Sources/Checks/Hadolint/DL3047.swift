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
                guard command.first.text == "wget", hasFullWget(run, context) else { return [] }
                return run.inserting(" --progress=dot:giga", after: command.first).map { [$0] } ?? []
            }
        )
    ) { command, _ in
        !command.hasFlag("progress", "q", "quiet", "o", "output-file", "a", "append-output", "no-verbose")
            && !command.has(argument: "-nv")
    }

    /// True when the name of the image, or an installation, tells that the program is not busybox's.
    private static func hasFullWget(_ run: RunScript, _ context: CheckContext) -> Bool {
        let image = context.image(under: run.statement.stage) ?? ""
        if !image.contains("alpine"), distributions.contains(where: { image.contains($0) }) { return true }
        let stages = [run.statement.stage] + context.fromLines.chain(run.statement.stage)
        return context.runs.contains { other in
            stages.contains(other.statement.stage) && other.statement.index <= run.statement.index
                && other.commands.contains { command in
                    installers.contains(command.name) && command.has(argument: "wget")
                        && (command.has(argument: "install") || command.has(argument: "add"))
                }
        }
    }

    private static let installers: Set<String> = [
        "apt", "apt-get", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper",
    ]

    private static let distributions = [
        "debian", "ubuntu", "bookworm", "bullseye", "buster", "trixie", "noble", "jammy", "focal", "fedora", "centos",
        "rockylinux", "almalinux", "amazonlinux", "opensuse",
    ]
}
