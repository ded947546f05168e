import DockerfileSyntax

extension Rule {
    /// Reserved words should not be used as stage names.
    static let reservedStageName = Rule(
        "ReservedStageName", name: "reserved-stage-name", family: .buildKit, severity: .warning,
        summary: "Reserved words should not be used as stage names",
        documentation: Documentation(
            """
            `scratch` is the empty image and `context` the build context. A stage of that name cannot be referred to, or hides what people expect.
            """,
            bad: """
                FROM alpine AS scratch
                """,
            good: """
                FROM alpine AS builder
                """), heedsLocalDirectives: false
    ) { context in
        context.parsed.stages.compactMap { stage in
            guard let name = stage.name, name == "scratch" || name == "context" else { return nil }
            return Match(
                stage.range, focus: context.node(of: stage)?.words.last?.range,
                message: "Stage name should not use the same name as reserved stage \(quoted(name))")
        }
    }
}
