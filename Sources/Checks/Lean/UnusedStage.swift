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

            The fix removes the stage, unless there are comments in it or stages are called by their numbers.
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
                """,
            declaredChange: "The stage cannot be built with `--target` any more; the image stays the same.")
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
                message: "nothing uses the stage\(name); it is only built when --target names it",
                fix: removal(of: facts, context))
        }
    }

    /// Takes the stage out, up to the comments above the next one.
    private static func removal(of facts: StageFacts, _ context: CheckContext) -> Fix? {
        let source = context.source
        guard let end = facts.instructions.last?.range.end ?? context.node(of: facts.stage)?.range.end else {
            return nil
        }
        let removed = InstructionEdits.removal(of: SourceRange(start: facts.stage.range.start, end: end), in: source)
        let lines = source.lineNumber(of: removed.range.start)..<source.lineNumber(of: removed.range.end)
        guard !callsStagesByNumber(context),
            !lines.contains(where: { source.line($0).trimmed.hasPrefix("#") })
        else { return nil }
        // With the empty lines behind it.
        var start = removed.range.end
        while start < source.bytes.count {
            let line = source.lineRange(source.lineNumber(of: start))
            guard source.line(source.lineNumber(of: start)).trimmed.isEmpty, line.start == start else { break }
            start = InstructionEdits.removal(of: line, in: source).range.end
        }
        return Fix(
            .declaredChange, "remove the stage",
            edits: [TextEdit(range: SourceRange(start: removed.range.start, end: start), replacement: "")])
    }

    /// True when a stage is called by its number, which changes when an earlier one goes.
    private static func callsStagesByNumber(_ context: CheckContext) -> Bool {
        context.instructions.contains { instruction in
            switch instruction.kind {
            case .copy(let copy): copy.from.map { Int($0) != nil || $0.contains("$") } ?? false
            case .run(let run):
                run.mounts.contains { mount in
                    guard let from = (try? mount.parse { $0 })?.from else { return false }
                    return Int(from) != nil || from.contains("$")
                }
            default: false
            }
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
