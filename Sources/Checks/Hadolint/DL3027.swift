import DockerfileSyntax

extension Rule {
    /// apt in a script.
    static let dl3027 = Rule.hadolint(
        "DL3027", "apt-get-instead-of-apt", .warning,
        "apt is for people at a terminal; scripts use apt-get or apt-cache",
        Documentation(
            """
            What `apt` prints and how its options behave may change between versions; it says so itself when its output is not a terminal. \
            The fix writes `apt-get` where it does the same.
            """,
            bad: """
                FROM debian:12
                RUN apt install -y curl=7.88.1-10
                """,
            good: """
                FROM debian:12
                RUN apt-get install -y curl=7.88.1-10
                """),
        commands: ["apt"],
        fix: (
            .sameFiles, "write apt-get",
            { command, run, context in
                let sameCommands: Set<String> = [
                    "install", "update", "remove", "purge", "autoremove", "clean", "autoclean", "reinstall", "source",
                    "build-dep", "download",
                ]
                // What apt deletes after an installation, apt-get deletes only as the base image configures it.
                let keepsDownloads = context.runs.contains { run in
                    run.commands.contains { $0.arguments.contains { $0.text.hasSuffix("/docker-clean") } }
                }
                guard command.first.text == "apt", !keepsDownloads,
                    let verb = command.arguments.first(where: { !$0.isFlag }), sameCommands.contains(verb.text)
                else { return [] }
                return run.replacing(command.first, with: "apt-get").map { [$0] } ?? []
            }
        )
    ) { _, _ in true }
}
