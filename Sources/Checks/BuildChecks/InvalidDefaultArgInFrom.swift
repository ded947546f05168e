import DockerfileSyntax

extension Rule {
    /// Default value for global ARG results in an empty or invalid base image name.
    static let invalidDefaultArgInFrom = Rule(
        "InvalidDefaultArgInFrom", name: "invalid-default-arg-in-from", family: .buildKit, severity: .warning,
        summary: "Default value for global ARG results in an empty or invalid base image name",
        documentation: Documentation(
            """
            Without `--build-arg`, the name of the base image is empty or malformed, and the build fails. A default value makes the file buildable as it is.
            """,
            bad: """
                ARG TAG
                FROM alpine:${TAG}
                """,
            good: """
                ARG TAG=3.20
                FROM alpine:${TAG}
                """), heedsLocalDirectives: false
    ) { context in
        let globals = context.fact(Evaluation.self).globals
        let expander = WordExpander(escape: context.parsed.escape)
        var matches: [Match] = []
        for stage in context.parsed.stages {
            guard let name = try? expander.expand(stage.baseName, globals).result else { break }
            if ImageNameText(name)?.isValid == true { continue }
            matches.append(
                Match(
                    stage.range, focus: context.node(of: stage)?.words.first?.range,
                    message: "Default value for ARG \(stage.baseName) results in empty or invalid base image name"))
        }
        return matches
    }
}
