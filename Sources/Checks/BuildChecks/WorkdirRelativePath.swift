import DockerfileSyntax

extension Rule {
    /// Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes.
    static let workdirRelativePath = Rule(
        "WorkdirRelativePath", name: "workdir-relative-path", family: .buildKit, severity: .warning,
        summary:
            "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes",
        documentation: Documentation(
            """
            Where a relative path leads depends on the base image's working directory, which may change with its next version.
            """,
            bad: """
                FROM scratch
                WORKDIR app
                """,
            good: """
                FROM scratch
                WORKDIR /app
                """)
    ) { context in
        let evaluation = context.fact(Evaluation.self)
        return context.instructions.compactMap { instruction in
            guard case .workdir = instruction.kind, let evaluated = evaluation[instruction],
                let path = evaluated.words.first, !path.hasPrefix("/"), !evaluated.state.setsWorkingDirectory
            else { return nil }
            let word = context.node(of: instruction)?.words.first
            var fix: Fix?
            if let word, word.text == path, let directory = evaluated.state.workingDirectory, !path.contains(" ") {
                let absolute = (directory == "/" ? "" : directory) + "/" + path
                fix = Fix(
                    .sameImage, "write \(absolute)", edits: [TextEdit(range: word.range, replacement: absolute)])
            }
            return Match(
                instruction.range, focus: word?.range,
                message: "Relative workdir \(quoted(path)) can have unexpected results if the base image changes",
                fix: fix)
        }
    }
}
