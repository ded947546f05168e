import DockerfileSyntax

extension Rule {
    /// The 'as' keyword should match the case of the 'from' keyword.
    static let fromAsCasing = Rule(
        "FromAsCasing", name: "from-as-casing", family: .buildKit, severity: .warning,
        summary: "The 'as' keyword should match the case of the 'from' keyword",
        documentation: Documentation(
            """
            `FROM` and `AS` belong together; written in different case they look like different things.
            """,
            bad: """
                FROM scratch as base
                """,
            good: """
                FROM scratch AS base
                """), appliesToPartialFiles: true
    ) { context in
        context.stages.compactMap { facts in
            guard let node = context.node(of: facts.stage), node.words.count == 3 else { return nil }
            let from = node.keyword.text
            let keyword = node.words[1]
            let lower = from.lowercased()
            // Where FROM itself is of mixed case, ConsistentInstructionCasing has a word on it.
            guard from == lower || from == from.uppercased() else { return nil }
            let wanted = from == lower ? keyword.text.lowercased() : keyword.text.uppercased()
            guard keyword.text != wanted else { return nil }
            return Match(
                facts.stage.range, focus: keyword.range,
                message: "'\(keyword.text)' and '\(from)' keywords' casing do not match",
                fix: Fix(
                    .sameImage, "write \(wanted)", edits: [TextEdit(range: keyword.range, replacement: wanted)]))
        }
    }
}
