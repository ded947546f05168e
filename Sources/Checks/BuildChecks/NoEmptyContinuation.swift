import DockerfileSyntax

extension Rule {
    /// Empty continuation lines will become errors in a future release.
    static let noEmptyContinuation = Rule(
        "NoEmptyContinuation", name: "no-empty-continuation", family: .buildKit, severity: .warning,
        summary: "Empty continuation lines will become errors in a future release",
        documentation: Documentation(
            """
            An empty line between the lines of one instruction is skipped today, and will end the instruction one day. A comment may stand there instead.
            """,
            bad: """
                FROM scratch
                COPY a \\

                  /b
                """,
            good: """
                FROM scratch
                COPY a \\
                  /b
                """), appliesToPartialFiles: true, heedsLocalDirectives: false
    ) { context in
        let source = context.source
        return context.dockerfile.nodes.compactMap { node in
            let end = node.heredocs.first.map { source.lineNumber(of: $0.contentRange.start) - 1 }
            let last = end ?? node.lines.upperBound
            guard node.lines.lowerBound < last else { return nil }
            let empty = (node.lines.lowerBound + 1..<last + 1).filter { number in
                source.bytes[source.lineRange(number).indices].allSatisfy { $0 == 0x20 || $0 == 0x09 }
            }
            guard let first = empty.first else { return nil }
            return Match(
                source.lineRange(node.lines.upperBound), focus: source.lineRange(first),
                message: "Empty continuation line",
                fix: Fix(
                    .sameImage, "remove the empty line",
                    edits: empty.map { InstructionEdits.removal(of: source.lineRange($0), in: source) }))
        }
    }
}
