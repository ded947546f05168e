import DockerfileSyntax

extension Rule {
    /// zypper that would ask.
    static let dl3034 = Rule.hadolint(
        "DL3034", "zypper-non-interactive", .warning, "zypper has neither -n nor -y and would wait for an answer",
        Documentation(
            "Nobody answers in a build: without `--non-interactive` or `-y`, `zypper` takes the end of its input for a no.",
            bad: """
                FROM opensuse/leap:15.6
                RUN zypper install httpd=2.4.6 && zypper clean
                """,
            good: """
                FROM opensuse/leap:15.6
                RUN zypper -n install httpd=2.4.6 && zypper clean
                """),
        commands: ["zypper"],
        fix: (
            .sameFiles, "add -n",
            { command, run, _ in
                guard command.first.text == "zypper" else { return [] }
                return run.inserting(" -n", after: command.first).map { [$0] } ?? []
            }
        )
    ) { command, _ in
        command.has("zypper", "install", "in", "remove", "rm", "source-install", "si", "patch")
            && !command.hasFlag("non-interactive", "n", "no-confirm", "y")
    }
}
