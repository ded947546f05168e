import DockerfileSyntax

extension Rule {
    /// The image starts its program as root.
    static let finalStageRoot = Rule(
        "WT0009", name: "final-stage-as-root", family: .whittle, severity: .warning,
        summary: "the image starts its program as root",
        documentation: Documentation(
            """
            What breaks into a process that runs as root is root in the container, and one mistake of the kernel or a mount away
            from being root outside. A numeric user above 10000 needs no account in the image and clashes with none of the host's:
            `USER 10001:10001`. Directories that the program writes to must belong to it; give them with `COPY --chown`, which unlike
            `RUN chown -R` does not store the files twice.

            Nothing is said where the base image's user is not known.

            There is no fix here: whether the program can do without root, and which directories must be its own, is seen only by running
            it. `whittle slim` sets a user and gives it what it writes to, and takes that back where the program then fails.
            """,
            bad: """
                FROM alpine:3.20
                COPY app /app
                ENTRYPOINT ["/app"]
                """,
            good: """
                FROM alpine:3.20
                COPY app /app
                USER 10001:10001
                ENTRYPOINT ["/app"]
                """)
    ) { context in
        guard let facts = context.finalStage else { return [] }
        let end = context.fact(Evaluation.self).ends[facts.index]
        let last = context.fact(StageGraph.self).chain(of: facts.index).lazy
            .compactMap { $0.instructions.last { if case .user = $0.kind { true } else { false } } }.first
        if let last {
            guard let user = end.user, isRoot(user) else { return [] }
            return [Match(last.range, message: "the image starts its program as root: the last USER is \(user)")]
        }
        let isKnown: Bool
        switch context.fact(StageGraph.self).chain(of: facts.index).last?.base {
        case .scratch: isKnown = true
        case .image(let name): isKnown = end.user.map(isRoot) ?? KnownImage(name)?.isRoot ?? false
        default: isKnown = false
        }
        // An image that starts nothing of its own is a base for others, who decide.
        guard isKnown, startsProgram(facts, context) else { return [] }
        return [
            Match(facts.stage.range, message: "the image starts its program as root: the final stage has no USER")
        ]
    }

    private static func isRoot(_ user: String) -> Bool {
        let name = user.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        return name.isEmpty || name == "root" || name == "0"
    }

    private static func startsProgram(_ facts: StageFacts, _ context: CheckContext) -> Bool {
        context.fact(StageGraph.self).chain(of: facts.index).contains { stage in
            stage.instructions.contains { instruction in
                switch instruction.kind {
                case .cmd, .entrypoint: true
                default: false
                }
            }
        }
    }
}
