import DockerfileSyntax

extension Rule {
    /// sudo.
    static let dl3004 = Rule.hadolint(
        "DL3004", "no-sudo", .error, "sudo is used; USER says who runs a step",
        Documentation(
            """
            A build runs as root unless `USER` says otherwise. `sudo` needs a terminal for some things, keeps or drops variables in ways \
            that depend on its configuration, and stays in the image. Use `USER`, and `gosu` or `setpriv` in entry points.
            """,
            bad: """
                FROM debian:12
                RUN sudo mkdir /data
                """,
            good: """
                FROM debian:12
                RUN mkdir /data
                """),
        commands: ["sudo"]
    ) { _, _ in true }
}
