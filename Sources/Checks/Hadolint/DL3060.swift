import DockerfileSyntax

extension Rule {
    /// yarn's cache left behind.
    static let dl3060 = Rule.hadolint(
        "DL3060", "yarn-cache-clean", .info, "yarn cache clean is missing after yarn install",
        Documentation(
            """
            `yarn` keeps every package it downloaded in a cache. It must go in the same `RUN`; a later one leaves it in the layer below. A \
            cache mount does as well.
            """,
            bad: """
                FROM node:22
                RUN yarn install
                """,
            good: """
                FROM node:22
                RUN yarn install && yarn cache clean
                """,
            declaredChange: "yarn's cache is not in the image.",
            declares: Declaration(paths: places))
    ) { context in
        context.runs.compactMap { run in
            guard run.starts("yarn"), let install = run.commands.firstIndex(where: { $0.has("yarn", "install") }),
                run.statement.isTrigger || context.fromLines.isKept(run.statement.stage)
            else { return nil }
            let clean = run.commands.firstIndex { $0.has("yarn", "cache", "clean") }
            if let clean {
                if clean >= install { return nil }
            } else if run.mountsCache(at: ".cache/yarn") {
                return nil
            }
            return run.match(
                [run.commands[install]],
                (
                    .declaredChange, "add yarn cache clean",
                    { _, run, context in
                        if clean != nil || run.mountsCache(over: places) { return [] }
                        return run.appending("yarn cache clean", in: context).map { [$0] } ?? []
                    }
                ), in: context)
        }
    }

    private static let places = [
        "/usr/local/share/.cache", "/root/.cache", "/home/*/.cache", "/root/.yarn", "/home/*/.yarn",
    ]
}
