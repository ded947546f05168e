import DockerfileSyntax

extension Rule {
    /// yum's cache left behind.
    static let dl3032 = Rule.hadolint(
        "DL3032", "yum-clean-all", .warning, "yum clean all is missing after yum install",
        Documentation(
            "`yum` keeps what it downloaded in `/var/cache/yum`. It must go in the same `RUN`; a later one leaves it in the layer below.",
            bad: """
                FROM centos:7
                RUN yum install -y httpd-2.4.6
                """,
            good: """
                FROM centos:7
                RUN yum install -y httpd-2.4.6 && yum clean all
                """,
            declaredChange: "The package manager's cache, /var/cache/yum, is not in the image.",
            declares: Declaration(paths: places))
    ) { context in
        CacheCleaning.matches(
            context, programs: ["yum"], installs: { $0.has("yum", "install") },
            cleans: { $0.has("yum", "clean", "all") || $0.has("rm", "-rf", "/var/cache/yum/*") },
            command: "yum clean all", places: places)
    }

    private static let places = ["/var/cache/yum", "/var/cache/dnf"]
}

/// Commands that clean a package manager's cache behind an installation.
enum CacheCleaning {
    /// Matches for the scripts that install something and do not clean after their first installation. The fix appends
    /// a command, unless the script cleans too early: then it is not for us to say what was meant.
    static func matches(
        _ context: CheckContext, programs: [String], triggers: Bool = true,
        except: (RunScript) -> Bool = { _ in false }, installs: (ShellCommand) -> Bool,
        cleans: (ShellCommand) -> Bool, command: String, places: [String]
    ) -> [Match] {
        context.runs.compactMap { run in
            guard triggers || !run.statement.isTrigger, run.starts(programs),
                let install = run.commands.firstIndex(where: installs), !except(run)
            else { return nil }
            let clean = run.commands.firstIndex(where: cleans)
            if let clean, clean > install { return nil }
            return run.match(
                [run.commands[install]],
                (
                    .declaredChange, "add \(command)",
                    { _, run, context in
                        if clean != nil || run.mountsCache(over: places) { return [] }
                        return run.appending(command, in: context).map { [$0] } ?? []
                    }
                ), in: context)
        }
    }
}
