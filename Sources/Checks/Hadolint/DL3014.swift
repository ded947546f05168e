import DockerfileSyntax

extension Rule {
    /// apt-get install that would ask.
    static let dl3014 = Rule.hadolint(
        "DL3014", "apt-get-yes", .warning, "apt-get install has no -y and would wait for an answer",
        Documentation(
            "Nobody answers in a build: without `-y`, `apt-get` gives up as soon as it has something to ask.",
            bad: """
                FROM debian:12
                RUN apt-get install curl=7.88.1-10
                """,
            good: """
                FROM debian:12
                RUN apt-get install -y curl=7.88.1-10
                """),
        commands: ["apt-get"],
        fix: (
            .sameFiles, "add -y",
            { command, run, _ in
                run.subcommand("install", of: command).flatMap { run.inserting(" -y", after: $0) }.map { [$0] } ?? []
            }
        )
    ) { command, _ in
        command.has(argument: "install")
            && !(command.hasFlag("y", "yes", "qq", "assume-yes") || command.count(flag: "q") == 2
                || command.count(flag: "quiet") == 2 || command.has(argument: "-q=2"))
    }
}
