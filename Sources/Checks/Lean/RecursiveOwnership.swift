import DockerfileSyntax

extension Rule {
    /// A recursive chown or chmod stores the files a second time.
    static let recursiveOwnership = Rule(
        "WT0005", name: "recursive-ownership-change", family: .whittle, severity: .warning,
        summary: "a recursive chown or chmod stores the files a second time",
        documentation: Documentation(
            """
            A layer holds whole files. `chown -R` in a step of its own writes every file it touches into a new layer, with the same
            content and another owner: the image has them twice. `COPY --chown=user:group` and `COPY --chmod=…` give owner and mode when
            the files are written.

            The fix moves the owner to the `COPY` in front, where nothing else has put files into that directory.
            """,
            bad: """
                FROM alpine:3.20
                COPY app /app
                RUN chown -R 10001:10001 /app
                """,
            good: """
                FROM alpine:3.20
                COPY --chown=10001:10001 app /app
                """,
            declaredChange: "Owners and modes of directories that COPY does not make itself stay as they are.")
    ) { context in
        let image = context.fact(FinalImage.self)
        return image.runs.compactMap { run in
            for command in run.commands where ["chown", "chmod", "chgrp"].contains(command.name) {
                guard command.hasFlag("R", "recursive") else { continue }
                let operands = command.operands(valuesOf: "reference").map(\.text)
                guard operands.count > 1 else { continue }
                let paths = operands.dropFirst().compactMap { StagePath.resolve($0, in: directory(of: run, context)) }
                let sources = CopiedPaths.earlier(than: run, in: image, context)
                guard
                    let copy = sources.last(where: { copied in paths.contains { CopiedPaths.overlap($0, copied.path) } }
                    )
                else { continue }
                return Match(
                    run.statement.range, focus: run.place(command.range),
                    message:
                        "\(command.name) -R stores again what line \(copy.instruction.lines.lowerBound) copied: give "
                        + "owner and mode there, with --chown and --chmod",
                    fix: OwnershipFix.fix(command, run, operands, sources, context))
            }
            return nil
        }
    }

    private static func directory(of run: RunScript, _ context: CheckContext) -> String? {
        let instruction = context.instructions.first { $0.range == run.statement.range }
        return instruction.flatMap { context.fact(Evaluation.self)[$0]?.state.workingDirectory }
    }
}
