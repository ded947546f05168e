import DockerfileSyntax

extension Rule {
    /// apt-get install without versions.
    static let dl3008 = Rule.hadolint(
        "DL3008", "pin-apt-packages", .warning, "apt-get installs packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. `package=version` fixes that, at the price that old versions disappear \
            from the distribution's servers. The fix writes the versions that the base image's package sources have now.
            """,
            bad: Example(
                """
                FROM debian:12
                RUN apt-get install -y curl
                """, inputs: .packages(["curl": "7.88.1-10+deb12u5"])),
            good: """
                FROM debian:12
                RUN apt-get install -y curl=7.88.1-10+deb12u5
                """),
        commands: ["apt-get"],
        fix: (
            .sameFiles, "write today's versions",
            { Pins.edits(unpinned($0), of: $1, .apt, separator: "=", in: $2) }
        )
    ) { command, _ in !unpinned(command).isEmpty }

    private static func unpinned(_ command: ShellCommand) -> [ShellWord] {
        guard command.has("apt-get", "install") else { return [] }
        return command.operands(valuesOf: "t", "target-release").filter {
            $0.text != "install" && !$0.text.contains("=") && !$0.text.contains("/") && !$0.text.hasSuffix(".deb")
        }
    }
}
