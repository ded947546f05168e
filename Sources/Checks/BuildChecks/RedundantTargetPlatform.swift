import DockerfileSyntax

extension Rule {
    /// Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior.
    static let redundantTargetPlatform = Rule(
        "RedundantTargetPlatform", name: "redundant-target-platform", family: .buildKit, severity: .warning,
        summary: "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
        documentation: Documentation(
            """
            A stage is built for the target platform unless it says otherwise. The flag says nothing, and makes readers look for a reason.
            """,
            bad: """
                FROM --platform=$TARGETPLATFORM alpine
                """,
            good: """
                FROM alpine
                """)
    ) { context in
        let globals = context.fact(Evaluation.self).globals
        let expander = WordExpander(escape: context.parsed.escape)
        return context.parsed.stages.compactMap { stage in
            guard let platform = stage.platform, let expansion = try? expander.expand(platform, globals),
                expansion.unmatched.isEmpty, expansion.matched == ["TARGETPLATFORM"],
                expansion.result == globals["TARGETPLATFORM"]
            else { return nil }
            let node = context.node(of: stage)
            let edit = node.flatMap { node -> TextEdit? in
                guard let flag = node.flags.first, let next = node.words.first, node.flags.count == 1 else {
                    return nil
                }
                return TextEdit(range: SourceRange(start: flag.range.start, end: next.range.start), replacement: "")
            }
            return Match(
                stage.range, focus: node?.flags.first?.range,
                message:
                    "Setting platform to predefined \(platform) in FROM is redundant as this is the default behavior",
                fix: edit.map { Fix(.sameImage, "remove the flag", edits: [$0]) })
        }
    }
}
