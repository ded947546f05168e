import DockerfileSyntax

extension Rule {
    /// `cd` instead of WORKDIR.
    static let dl3003 = Rule.hadolint(
        "DL3003", "workdir-instead-of-cd", .warning,
        "A directory is changed with cd; WORKDIR does it for all that follows",
        Documentation(
            """
            `cd` holds to the end of its `RUN` and is easily overlooked. The fix sets `WORKDIR` for the step and sets it back, where the \
            directory before is known.
            """,
            bad: """
                FROM debian:12
                WORKDIR /src
                RUN cd /src/app && make
                CMD ["app"]
                """,
            good: """
                FROM debian:12
                WORKDIR /src/app
                RUN make
                WORKDIR /src
                CMD ["app"]
                """),
        commands: ["cd"], triggers: false,
        fix: (.sameFiles, "set WORKDIR for the step", { _, run, context in workdirAround(run, context) ?? [] })
    ) { _, _ in true }

    private static func workdirAround(_ run: RunScript, _ context: CheckContext) -> [TextEdit]? {
        let statement = run.statement
        guard run.form == .shell, statement.node.heredocs.isEmpty, run.script.isChain,
            run.commands.filter({ $0.name == "cd" }).count == 1, let cd = run.commands.first, cd.name == "cd",
            cd.first.text == "cd", cd.arguments.count == 1, cd.isOutermost, let path = cd.arguments.first,
            run.isPlain(path), path.text.hasPrefix("/"), run.commands.count > 1, run.commands[1].isOutermost,
            let here = run.place(cd.range), let next = run.place(run.commands[1].range),
            statement.node.range.start == statement.node.keyword.range.start,
            !context.source.text(in: SourceRange(start: here.start, end: next.start)).contains("#")
        else { return nil }
        // The operator's own command must be the next one: an assignment in front of it stays where it is.
        guard let and = run.script.operators.first?.range, let operatorPlace = run.place(and) else { return nil }
        var edits = [
            TextEdit(range: SourceRange(at: statement.range.start), replacement: "WORKDIR \(path.text)\n"),
            TextEdit(range: SourceRange(start: here.start, end: operatorPlace.end), replacement: ""),
        ]
        let text = run.script.text.bytes
        var after = and.upperBound
        while after < text.count, text[after] == 0x20 || text[after] == 0x09 { after += 1 }
        guard let rest = run.place(after..<text.count) else { return nil }
        edits[1].range.end = rest.start
        if followsAbsoluteWorkdir(statement, context) { return edits }
        guard let instruction = context.instructions.first(where: { $0.nodeIndex == statement.index }),
            let directory = context.fact(Evaluation.self)[instruction]?.state.workingDirectory,
            !directory.contains(where: { $0.isWhitespace || "$\\\"'".contains($0) })
        else { return nil }
        edits.append(TextEdit(range: SourceRange(at: statement.range.end), replacement: "\nWORKDIR \(directory)"))
        return edits
    }

    private static func followsAbsoluteWorkdir(_ statement: Statement, _ context: CheckContext) -> Bool {
        let next = context.statements.all.first { $0.index == statement.index + 1 }
        return next?.kind == .workdir && next?.argument.hasPrefix("/") == true
    }
}
