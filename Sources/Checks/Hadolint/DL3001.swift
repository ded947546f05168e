import DockerfileSyntax

extension Rule {
    /// Programs that make no sense in a build.
    static let dl3001 = Rule.hadolint(
        "DL3001", "no-interactive-programs", .info,
        "A program is run that does nothing useful in a build, such as ssh, vim, service, ps, top or mount",
        Documentation(
            """
            Services started in a `RUN` end with it, there is no terminal for an editor, and what `mount` or `kill` change is gone in the \
            next step. Such commands are mostly left over from a script for a machine.
            """,
            bad: """
                FROM debian:12
                RUN service nginx start
                """,
            good: """
                FROM debian:12
                CMD ["nginx", "-g", "daemon off;"]
                """),
        commands: ["free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim"]
    ) { _, _ in true }
}
