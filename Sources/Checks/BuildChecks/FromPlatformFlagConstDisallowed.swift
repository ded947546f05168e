import DockerfileSyntax

extension Rule {
    /// FROM --platform flag should not use a constant value.
    static let fromPlatformFlagConstDisallowed = Rule(
        "FromPlatformFlagConstDisallowed", name: "from-platform-flag-const-disallowed", family: .buildKit,
        severity: .warning,
        summary: "FROM --platform flag should not use a constant value",
        documentation: Documentation(
            """
            A fixed platform makes the image wrong on every other one. Where a stage must be of one platform, `$BUILDPLATFORM`, or a stage name that says so, shows that it is on purpose.
            """,
            bad: """
                FROM --platform=linux/amd64 alpine
                """,
            good: """
                FROM --platform=$BUILDPLATFORM alpine
                """)
    ) { context in
        let globals = context.fact(Evaluation.self).globals
        let expander = WordExpander(escape: context.parsed.escape)
        return context.parsed.stages.compactMap { stage in
            guard let platform = stage.platform, let expansion = try? expander.expand(platform, globals),
                expansion.matched.isEmpty, expansion.unmatched.isEmpty,
                let (system, machine) = platformParts(expansion.result)
            else { return nil }
            let name = stage.name ?? ""
            if !system.isEmpty, name.contains(system) { return nil }
            if !machine.isEmpty, name.contains(machine) { return nil }
            return Match(
                stage.range, focus: context.node(of: stage)?.flags.first?.range,
                message: "FROM --platform flag should not use constant value \(quoted(expansion.result))")
        }
    }

    /// System and machine of a platform; one word may be either.
    private static func platformParts(_ platform: String) -> (String, String)? {
        let parts = platform.lowercased().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), !parts.contains("") else { return nil }
        let machine = ["x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "i386": "386"]
        if parts.count == 1 {
            let isSystem = ["linux", "windows", "darwin", "freebsd"].contains(parts[0])
            return isSystem ? (parts[0], "") : ("linux", machine[parts[0]] ?? parts[0])
        }
        return (parts[0], machine[parts[1]] ?? parts[1])
    }
}
