import DockerfileSyntax

extension Rule {
    /// useradd with a great number.
    static let dl3046 = Rule.hadolint(
        "DL3046", "useradd-no-log-init", .warning, "useradd with a high number and without -l makes a huge log file",
        Documentation(
            """
            `/var/log/lastlog` and `/var/log/faillog` have a place for every number up to the user's. Layers do not store holes, so the image \
            grows by hundreds of megabytes. `-l` leaves the user out of them.
            """,
            bad: """
                FROM debian:12
                RUN useradd -u 123456 app
                """,
            good: """
                FROM debian:12
                RUN useradd -l -u 123456 app
                """,
            declaredChange: "The user is not in /var/log/lastlog and /var/log/faillog.",
            declares: Declaration(paths: ["/var/log/lastlog", "/var/log/faillog"])),
        commands: ["useradd"],
        fix: (
            .declaredChange, "add -l",
            { command, run, _ in run.inserting(" -l", after: command.first).map { [$0] } ?? [] }
        )
    ) { command, _ in
        !command.hasFlag("l", "no-log-init") && command.hasFlag("u", "uid")
            && command.values(of: "u").contains { $0.text.count > 5 }
    }
}
