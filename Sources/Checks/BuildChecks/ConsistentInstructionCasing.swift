import DockerfileSyntax

extension Rule {
    /// All commands within the Dockerfile should use the same casing (either upper or lower).
    static let consistentInstructionCasing = Rule(
        "ConsistentInstructionCasing", name: "consistent-instruction-casing", family: .buildKit, severity: .warning,
        summary: "All commands within the Dockerfile should use the same casing (either upper or lower)",
        documentation: Documentation(
            """
            Instructions do not depend on case. Written alike, they stand out from their arguments.
            """,
            bad: """
                FROM scratch
                copy a /a
                COPY b /b
                """,
            good: """
                FROM scratch
                COPY a /a
                COPY b /b
                """), heedsLocalDirectives: false
    ) { context in
        let indices = context.parsed.stages.flatMap { [$0.nodeIndex] + $0.instructions.map(\.nodeIndex) }
        let nodes = indices.compactMap { $0.map { context.dockerfile.nodes[$0] } }
        let isUpper = nodes.map { node in !node.keyword.text.utf8.contains { $0 >= UInt8(ascii: "a") } }
        // Mostly all are written alike.
        if !isUpper.contains(false) { return [] }
        let upper = isUpper.count { $0 }
        let lower = nodes.count { $0.keyword.text == $0.keyword.text.lowercased() }
        let prefersLower = lower > upper
        return nodes.compactMap { node in
            let text = node.keyword.text
            let wanted = prefersLower ? text.lowercased() : text.uppercased()
            guard text != wanted else { return nil }
            return Match(
                node.range, focus: node.keyword.range,
                message: "Command '\(text)' should match the case of the command majority "
                    + "(\(prefersLower ? "lowercase" : "uppercase"))",
                fix: Fix(
                    .sameImage, "write \(wanted)", edits: [TextEdit(range: node.keyword.range, replacement: wanted)]))
        }
    }
}
