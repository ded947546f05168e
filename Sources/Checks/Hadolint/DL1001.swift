import DockerfileSyntax

extension Rule {
    /// Comments that silence rules.
    static let dl1001 = Rule.hadolint(
        "DL1001", "no-ignore-comments", .info,
        "A comment silences rules here; rules are better configured for the whole project",
        Documentation(
            """
            Off unless the configuration gives it a severity. For projects that want their exceptions in one place, the configuration \
            file, instead of in comments above the instructions.
            """,
            bad: """
                FROM debian:12
                # hadolint ignore=DL3002
                USER root
                """,
            good: """
                FROM debian:12
                # An ordinary comment.
                USER root
                """),
        isOffByDefault: true
    ) { context in
        context.dockerfile.pieces.flatMap { piece -> [Match] in
            guard case .trivia(let range) = piece, context.source.text(in: range).contains("ignore") else { return [] }
            let first = context.source.lineNumber(of: range.start)
            let last = context.source.lineNumber(of: max(range.start, range.end - 1))
            return (first...last).compactMap { number in
                guard let words = Pragmas.words(context.source.line(number)),
                    words.joined().hasPrefix("ignore=")
                else { return nil }
                return Match(context.source.lineRange(number))
            }
        }
    }
}
