import DockerfileSyntax

extension Rule {
    /// Both wget and curl.
    static let dl4001 = Rule.hadolint(
        "DL4001", "wget-or-curl", .warning, "Both wget and curl are used; one of them does",
        Documentation(
            "Two programs for one thing are two packages to install and to keep up to date.",
            bad: """
                FROM debian:12
                RUN curl -O https://example.org/a
                RUN wget -q https://example.org/b
                """,
            good: """
                FROM debian:12
                RUN curl -O https://example.org/a
                RUN curl -O https://example.org/b
                """)
    ) { context in
        var used: [Int: Set<String>] = [:]
        return context.runs.compactMap { run in
            let here = ["curl", "wget"].filter { run.starts($0) }
            guard !here.isEmpty else { return nil }
            // What ONBUILD stores is one build, whatever stage it is in.
            let key = run.statement.isTrigger ? -2 : run.statement.stage
            used[key, default: []].formUnion(here)
            guard used[key]?.count == 2 else { return nil }
            return run.statement.match(
                focus: run.commands.first { here.contains($0.name) }.flatMap { run.place($0.range) })
        }
    }
}
