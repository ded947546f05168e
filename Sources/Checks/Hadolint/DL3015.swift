import DockerfileSyntax

extension Rule {
    /// apt-get install with recommended packages.
    static let dl3015 = Rule.hadolint(
        "DL3015", "no-install-recommends", .info, "apt-get installs recommended packages too",
        Documentation(
            """
            Debian's packages recommend others that a desktop may want and a container rarely does. `--no-install-recommends` leaves \
            them out. Where one of them is needed after all, name it.
            """,
            bad: """
                FROM debian:12
                RUN apt-get install -y curl=7.88.1-10
                """,
            good: """
                FROM debian:12
                RUN apt-get install -y --no-install-recommends curl=7.88.1-10
                """,
            declaredChange: "Packages that are only recommended are not installed.",
            declares: .anyFile),
        commands: ["apt-get"],
        fix: (
            .declaredChange, "add --no-install-recommends",
            { command, run, _ in
                guard let install = run.subcommand("install", of: command) else { return [] }
                let yes = command.arguments.first { $0.range.lowerBound > install.range.lowerBound }
                let place =
                    yes.map { ["-y", "-yq", "-qy", "-yqq", "--yes"].contains($0.text) && run.isPlain($0) } == true
                return run.inserting(" --no-install-recommends", after: place ? yes ?? install : install)
                    .map { [$0] } ?? []
            }
        )
    ) { command, _ in
        command.has(argument: "install")
            && !(command.hasFlag("no-install-recommends") || command.has(argument: "APT::Install-Recommends=false"))
    }
}
