import DockerfileSyntax

extension Rule {
    /// yum install that would ask.
    static let dl3030 = Rule.hadolint(
        "DL3030", "yum-yes", .warning, "yum install has no -y and would wait for an answer",
        Documentation(
            "Nobody answers in a build: without `-y`, `yum` stops at its question.",
            bad: """
                FROM centos:7
                RUN yum install httpd-2.4.6 && yum clean all
                """,
            good: """
                FROM centos:7
                RUN yum install -y httpd-2.4.6 && yum clean all
                """),
        commands: ["yum"], fix: YesFlag.fix("install", "groupinstall", "localinstall")
    ) { command, _ in
        command.has("yum", "install", "groupinstall", "localinstall") && !command.hasFlag("y", "assumeyes")
    }
}

/// The flag that answers all questions with yes.
enum YesFlag {
    /// Puts `-y` behind the first of the subcommands.
    static func fix(
        _ subcommands: String...
    ) -> (kind: FixClass, summary: String, edits: @Sendable (ShellCommand, RunScript, CheckContext) -> [TextEdit]) {
        (
            .sameFiles, "add -y",
            { command, run, _ in
                let word = command.arguments.first { subcommands.contains($0.text) && run.isPlain($0) }
                return word.flatMap { run.inserting(" -y", after: $0) }.map { [$0] } ?? []
            }
        )
    }
}
