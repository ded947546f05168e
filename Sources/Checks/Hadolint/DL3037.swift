import DockerfileSyntax

extension Rule {
    /// zypper install without versions.
    static let dl3037 = Rule.hadolint(
        "DL3037", "pin-zypper-packages", .warning, "zypper installs packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `package=version`. The fix writes the versions that the base \
            image's repositories have now.
            """,
            bad: Example(
                """
                FROM opensuse/leap:15.6
                RUN zypper -n install httpd && zypper clean
                """, inputs: .packages(["httpd": "2.4.6"])),
            good: """
                FROM opensuse/leap:15.6
                RUN zypper -n install httpd=2.4.6 && zypper clean
                """),
        commands: ["zypper"],
        fix: (
            .sameFiles, "write today's versions",
            { Pins.edits(unpinnedZypper($0), of: $1, .zypper, separator: "=", in: $2) }
        )
    ) { command, _ in !unpinnedZypper(command).isEmpty }

    private static func unpinnedZypper(_ command: ShellCommand) -> [ShellWord] {
        guard command.has("zypper", "install", "in") else { return [] }
        return command.operands(valuesOf: []).filter { word in
            word.text != "install" && word.text != "in" && !word.text.contains { "=<>".contains($0) }
                && !word.text.hasSuffix(".rpm")
        }
    }
}
