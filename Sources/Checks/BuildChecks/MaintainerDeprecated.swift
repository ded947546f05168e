import DockerfileSyntax

extension Rule {
    /// MAINTAINER instead of a label.
    static let maintainerDeprecated = Rule(
        "MaintainerDeprecated", name: "maintainer-deprecated", family: .buildKit, severity: .warning,
        summary: "Maintainer instruction is deprecated in favor of using label",
        documentation: Documentation(
            """
            `MAINTAINER` sets a field of the image that nothing reads any more. The label `org.opencontainers.image.authors` \
            says the same, and tools show it.
            """,
            bad: """
                FROM scratch
                MAINTAINER me@example.org
                """,
            good: """
                FROM scratch
                LABEL org.opencontainers.image.authors="me@example.org"
                """,
            declaredChange: "The image's author field is empty; a label has the text.",
            declares: Declaration(fields: [.author, .labels])),
        appliesToPartialFiles: true
    ) { context in
        context.instructions.compactMap { instruction in
            guard case .maintainer(let author) = instruction.kind else { return nil }
            return Match(
                instruction.range,
                fix: Fix(
                    .declaredChange, "write the label org.opencontainers.image.authors",
                    edits: [
                        TextEdit(
                            range: instruction.range,
                            replacement: "LABEL org.opencontainers.image.authors=" + doubleQuoted(author))
                    ]))
        }
    }

    /// The text as one word of LABEL, whatever it holds; variables stay variables.
    private static func doubleQuoted(_ text: String) -> String {
        var text = text
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = String(text.dropFirst().dropLast()) }
        return "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}
