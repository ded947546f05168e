import DockerfileSyntax

extension Rule {
    /// apk add without versions.
    static let dl3018 = Rule.hadolint(
        "DL3018", "pin-apk-packages", .warning, "apk adds packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. `package=version` fixes that, at the price that old versions disappear \
            from the distribution's servers. The fix writes the versions that the base image's package sources have now.
            """,
            bad: Example(
                """
                FROM alpine:3.20
                RUN apk add --no-cache curl
                """, inputs: .packages(["curl": "8.9.1-r1"])),
            good: """
                FROM alpine:3.20
                RUN apk add --no-cache curl=8.9.1-r1
                """,
            declaredChange: "The list of wanted packages, /etc/apk/world, has the versions.",
            declares: Declaration(paths: ["/etc/apk/world"])),
        commands: ["apk"],
        fix: (
            .declaredChange, "write today's versions",
            { Pins.edits(unpinnedApk($0), of: $1, .apk, separator: "=", in: $2) }
        )
    ) { command, _ in !unpinnedApk(command).isEmpty }

    private static func unpinnedApk(_ command: ShellCommand) -> [ShellWord] {
        guard command.has("apk", "add") else { return [] }
        return command.operands(valuesOf: "t", "virtual", "repository", "X").filter { word in
            word.text != "add" && !word.text.contains { "=~<>".contains($0) } && !word.text.hasSuffix(".apk")
        }
    }
}
