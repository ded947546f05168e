import DockerfileSyntax

extension Rule {
    /// apk add that keeps its index.
    static let dl3019 = Rule.hadolint(
        "DL3019", "apk-no-cache", .info, "apk add keeps its index in the layer; --no-cache does not",
        Documentation(
            """
            `--no-cache` fetches the index, uses it and forgets it, so that neither `apk update` nor `rm /var/cache/apk/*` is needed. \
            A cache mount at `/var/cache/apk` does as well.
            """,
            bad: """
                FROM alpine:3.20
                RUN apk add curl=8.9.1-r1
                """,
            good: """
                FROM alpine:3.20
                RUN apk add --no-cache curl=8.9.1-r1
                """,
            declaredChange: "The index of packages, /var/cache/apk, is not in the image.",
            declares: Declaration(paths: ["/var/cache/apk"])),
        commands: ["apk"],
        fix: (
            .declaredChange, "add --no-cache",
            { command, run, _ in
                if run.mountsCache(over: ["/var/cache/apk", "/etc/apk/cache"]) { return [] }
                return run.subcommand("add", of: command).flatMap { run.inserting(" --no-cache", after: $0) }
                    .map { [$0] } ?? []
            }
        )
    ) { command, run in
        command.has(argument: "add") && !command.hasFlag("no-cache") && !run.mountsCache(at: "/var/cache/apk")
    }
}
