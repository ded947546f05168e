import DockerfileSyntax

extension Rule {
    /// Nothing uses the stage.
    static let unusedStage = Rule(
        "WT0014", name: "unused-stage", family: .whittle, severity: .info,
        summary: "nothing uses the stage",
        documentation: Documentation(
            """
            A stage that the last one does not depend on is not built, unless `--target` names it. Where it is meant to be a target,
            say so in a comment that silences this rule; else it is left over. Stages called `dev`, `test` and the like are taken for
            targets.
            """,
            bad: """
                FROM alpine:3.20 AS tools
                RUN apk add make

                FROM alpine:3.20
                COPY app /app
                """,
            good: """
                FROM alpine:3.20 AS tools
                RUN apk add make

                FROM alpine:3.20
                COPY --from=tools /usr/bin/make /usr/bin/
                """)
    ) { context in
        guard let last = context.finalStage else { return [] }
        let used = context.fact(StageGraph.self).closure(of: last.index)
        let bases = Set(
            context.stages.flatMap { facts -> [Int] in
                if case .stage(let base) = facts.base { return Array(facts.reads) + [base] }
                return Array(facts.reads)
            })
        return context.stages.compactMap { facts in
            // Of a row of unused stages the last one is the one to remove first.
            guard !used.contains(facts.index), !bases.contains(facts.index), !isTarget(facts.stage.name) else {
                return nil
            }
            let name = facts.stage.name.map { " \($0)" } ?? ""
            return Match(
                facts.stage.range, focus: context.node(of: facts.stage)?.words.last?.range,
                message: "nothing uses the stage\(name); it is only built when --target names it")
        }
    }

    /// True for names that say that the stage is there to be built by name.
    private static func isTarget(_ name: String?) -> Bool {
        let words = (name ?? "").split { $0 == "-" || $0 == "_" || $0 == "." }
        let usual: Set<Substring> = [
            "bench", "ci", "debug", "dev", "devcontainer", "development", "docs", "e2e", "export", "lint", "prod",
            "production", "release", "test", "tester", "testing", "tests", "validate",
        ]
        return words.contains(where: usual.contains)
    }
}
