import DockerfileSyntax

extension Rule {
    /// Several ENTRYPOINT instructions.
    static let dl4004 = Rule.hadolint(
        "DL4004", "one-entrypoint", .error, "There is more than one ENTRYPOINT in the stage; only the last one counts",
        Documentation(
            "Of several `ENTRYPOINT` instructions of a stage only the last one has an effect. The fix removes the others.",
            bad: """
                FROM debian:12
                ENTRYPOINT ["a"]
                ENTRYPOINT ["b"]
                """,
            good: """
                FROM debian:12
                ENTRYPOINT ["b"]
                """)
    ) { context in OnlyLast.matches(.entrypoint, context) }
}
