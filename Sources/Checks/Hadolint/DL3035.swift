import DockerfileSyntax

extension Rule {
    /// zypper dist-upgrade.
    static let dl3035 = Rule.hadolint(
        "DL3035", "no-zypper-dist-upgrade", .warning,
        "zypper dist-upgrade may replace the distribution; use a newer base image",
        Documentation(
            """
            `zypper dist-upgrade` follows the repositories wherever they lead, to other vendors and releases, and doubles the base image's \
            packages in a layer. A newer base image has them already. The fix updates the packages within the release.
            """,
            bad: """
                FROM opensuse/leap:15.6
                RUN zypper -n dist-upgrade
                """,
            good: """
                FROM opensuse/leap:15.6
                RUN zypper -n update
                """,
            declaredChange: "Packages are updated within their release and vendor; none is downgraded or replaced.",
            declares: .anyFile),
        commands: ["zypper"],
        fix: (
            .declaredChange, "write zypper update",
            { command, run, _ in
                let verbs = command.arguments.filter { $0.text == "dist-upgrade" || $0.text == "dup" }
                guard verbs.count == 1, let verb = verbs.first, let next = command.arguments.last, next == verb else {
                    return []
                }
                return run.replacing(verb, with: verb.text == "dup" ? "up" : "update").map { [$0] } ?? []
            }
        )
    ) { command, _ in command.has("zypper", "dist-upgrade", "dup") }
}
