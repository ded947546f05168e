import DockerfileSyntax

extension Rule {
    /// FROM --platform with a fixed platform.
    static let dl3029 = Rule.hadolint(
        "DL3029", "no-fixed-platform", .warning, "FROM has a fixed --platform",
        Documentation(
            """
            The stage is then built for that platform whatever is asked for. `$BUILDPLATFORM` for stages that compile across, nothing for the \
            others.
            """,
            bad: """
                FROM --platform=linux/amd64 debian:12
                """,
            good: """
                FROM --platform=$BUILDPLATFORM debian:12
                """)
    ) { context in
        context.fromLines.lines.compactMap { statement, from in
            guard let platform = from.platform, let value = platform.value, !value.contains("BUILDPLATFORM"),
                !value.contains("TARGETPLATFORM")
            else { return nil }
            return statement.match(focus: platform.range)
        }
    }
}
