import DockerfileSyntax

extension Rule {
    /// dnf install that would ask.
    static let dl3038 = Rule.hadolint(
        "DL3038", "dnf-yes", .warning, "dnf install has no -y and would wait for an answer",
        Documentation(
            "Nobody answers in a build: without `-y`, `dnf` stops at its question.",
            bad: """
                FROM fedora:40
                RUN dnf install httpd-2.4.6 && dnf clean all
                """,
            good: """
                FROM fedora:40
                RUN dnf install -y httpd-2.4.6 && dnf clean all
                """),
        commands: ["dnf", "microdnf"], fix: YesFlag.fix("install", "groupinstall", "localinstall")
    ) { command, _ in
        command.arguments.contains { ["install", "groupinstall", "localinstall"].contains($0.text) }
            && !command.hasFlag("y", "assumeyes")
    }
}
