import DockerfileSyntax

extension Rule {
    /// COPY to a relative path without WORKDIR.
    static let dl3045 = Rule.hadolint(
        "DL3045", "copy-needs-workdir", .warning, "COPY has a relative destination and no WORKDIR is set",
        Documentation(
            """
            Where the files go depends on the base image's working directory, which its next version may change. The fix writes the path \
            that it is today, where that is known.
            """,
            bad: Example(
                """
                FROM debian:12
                COPY app.py app/
                """,
                inputs: CheckInputs(baseImages: ExampleBases(BaseImageConfiguration(workingDirectory: "/srv")))),
            good: """
                FROM debian:12
                COPY app.py /srv/app/
                """),
        each: .copy
    ) { statement, context in
        guard let last = statement.node.words.last, statement.node.words.count > 1 || !statement.node.heredocs.isEmpty
        else { return nil }
        let path = Unquoted.ends(last.text)
        guard !path.hasPrefix("/"), !path.hasPrefix("$"), !WindowsPath.isAbsolute(path),
            !context.fact(Workdirs.self).settings.holds(at: statement)
        else { return nil }
        return statement.match(focus: last.range, fix: absoluteDestination(statement, last, context))
    }

    private static func absoluteDestination(
        _ statement: Statement, _ last: Word, _ context: CheckContext
    ) -> Fix? {
        guard !statement.node.isJSON, context.source.text(in: last.range) == last.text,
            last.text.utf8.allSatisfy({ $0 != 0x22 && $0 != 0x27 && $0 != 0x5C && $0 != 0x24 }),
            let instruction = context.instructions.first(where: { $0.nodeIndex == statement.index }),
            let state = context.fact(Evaluation.self)[instruction]?.state, state.isBaseKnown,
            let directory = state.workingDirectory,
            !directory.contains(where: { $0.isWhitespace || "$\\\"'".contains($0) }),
            var path = StagePath.resolve(last.text, in: directory)
        else { return nil }
        let isDirectory = last.text.hasSuffix("/") || last.text == "." || last.text.hasSuffix("/.")
        if isDirectory, !path.hasSuffix("/") { path += "/" }
        return Fix(.sameFiles, "write \(path)", edits: [TextEdit(range: last.range, replacement: path)])
    }
}

/// Where WORKDIR is set.
private struct Workdirs: Fact {
    let settings: StageSettings

    init(_ context: CheckContext) { settings = StageSettings(context) { $0.kind == .workdir && !$0.isTrigger } }
}
