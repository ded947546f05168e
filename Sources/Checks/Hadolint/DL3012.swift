import DockerfileSyntax

extension Rule {
    /// Several HEALTHCHECK instructions.
    static let dl3012 = Rule.hadolint(
        "DL3012", "one-healthcheck", .error,
        "There is more than one HEALTHCHECK in the stage; only the last one counts",
        Documentation(
            "Of several `HEALTHCHECK` instructions of a stage only the last one has an effect. The fix removes the others.",
            bad: """
                FROM debian:12
                HEALTHCHECK CMD ["a"]
                HEALTHCHECK CMD ["b"]
                """,
            good: """
                FROM debian:12
                HEALTHCHECK CMD ["b"]
                """)
    ) { context in OnlyLast.matches(.healthcheck, context) }
}

/// Instructions of which only a stage's last one counts.
enum OnlyLast {
    /// A match for each but the first of a stage; the fix removes the one before.
    static func matches(_ kind: Statement.Kind, _ context: CheckContext) -> [Match] {
        var previous: [Int: Statement] = [:]
        return context.statements.of(kind).compactMap { statement in
            guard let earlier = previous.updateValue(statement, forKey: statement.stage) else { return nil }
            return statement.match(
                fix: Fix(
                    .sameFiles, "remove the one without effect",
                    edits: [InstructionEdits.removal(of: earlier.range, in: context.source)]))
        }
    }
}
