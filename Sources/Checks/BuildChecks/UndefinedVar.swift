import DockerfileSyntax

extension Rule {
    /// Variables should be defined before their use.
    static let undefinedVar = Rule(
        "UndefinedVar", name: "undefined-var", family: .buildKit, severity: .warning,
        summary: "Variables should be defined before their use",
        documentation: Documentation(
            """
            A variable that neither the stage nor its base image defines is empty. Usually its name is misspelt, or its `ARG` stands in another stage.

            The variables of a base image count; where they are not known, nothing is said.
            """,
            bad: """
                FROM scratch
                ARG NAME=app
                COPY $NAEM /bin/
                """,
            good: """
                FROM scratch
                ARG NAME=app
                COPY $NAME /bin/
                """)
    ) { context in
        let evaluation = context.fact(Evaluation.self)
        return context.instructions.flatMap { instruction in
            (evaluation[instruction]?.undefined ?? []).map { name, known in
                let meant = suggestion(for: name, among: known).map { " (did you mean $\($0)?)" } ?? ""
                return Match(instruction.range, message: "Usage of undefined variable '$\(name)'\(meant)")
            }
        }
    }
}
