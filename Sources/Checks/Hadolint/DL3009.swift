import DockerfileSyntax

extension Rule {
    /// Package lists left behind by apt-get update.
    static let dl3009 = Rule.hadolint(
        "DL3009", "delete-apt-lists", .info, "The lists of packages stay in the layer after apt-get update",
        Documentation(
            """
            `apt-get update` leaves some tens of megabytes in `/var/lib/apt/lists` that nobody needs in the image. They must go in the same \
            `RUN`: what a later step deletes is still in the layer below. A cache mount does as well.
            """,
            bad: """
                FROM debian:12
                RUN apt-get update && apt-get install -y curl
                """,
            good: """
                FROM debian:12
                RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
                """,
            declaredChange: "The lists of packages, /var/lib/apt/lists/*, are not in the image.",
            declares: Declaration(paths: ["/var/lib/apt/lists"]))
    ) { context in
        context.runs.compactMap { run in
            guard run.starts("apt", "apt-get", "aptitude"), run.commands.contains(where: isUpdate),
                !run.commands.contains(where: { $0.has("rm", "-rf", "/var/lib/apt/lists/*") }),
                !run.mountsCache(at: "/var/lib/apt/lists"),
                !(run.mountsCache(at: "/var/lib/apt") && run.mountsCache(at: "/var/cache/apt")),
                run.statement.isTrigger || context.fromLines.isKept(run.statement.stage)
            else { return nil }
            return run.match(
                run.commands.filter(isUpdate),
                (
                    .declaredChange, "delete the lists in the same step",
                    { _, run, context in
                        // Where apt-get deletes the lists itself, there is nothing to add.
                        let deletes = run.commands.contains { $0.has("apt-get", "dist-clean", "distclean") }
                        let isMounted = run.mountsCache(over: ["/var/lib/apt/lists"])
                        if deletes || isMounted || laterStepsNeedLists(run, context) { return [] }
                        return run.appending("rm -rf /var/lib/apt/lists/*", in: context).map { [$0] } ?? []
                    }
                ), once: true, in: context)
        }
    }

    /// True when a later step installs something without fetching the lists itself.
    private static func laterStepsNeedLists(_ run: RunScript, _ context: CheckContext) -> Bool {
        let statement = run.statement
        return context.runs.contains { later in
            guard later.statement.index > statement.index,
                later.statement.stage == statement.stage
                    || context.fromLines.chain(later.statement.stage)
                        .contains(statement.stage)
            else { return false }
            let first = later.commands.first { command in
                ["apt", "apt-get", "aptitude", "apt-cache", "apt-file", "dselect"].contains(command.name)
            }
            return first.map { !isUpdate($0) } ?? false
        }
    }

    private static func isUpdate(_ command: ShellCommand) -> Bool {
        command.has("apt", "update") || command.has("apt-get", "update") || command.has("aptitude", "update")
    }
}
