import DockerfileSyntax

extension Rule {
    /// Several CMD instructions.
    static let dl4003 = Rule.hadolint(
        "DL4003", "one-cmd", .warning, "There is more than one CMD in the stage; only the last one counts",
        Documentation(
            "Of several `CMD` instructions of a stage only the last one has an effect. The fix removes the others.",
            bad: """
                FROM debian:12
                CMD ["a"]
                CMD ["b"]
                """,
            good: """
                FROM debian:12
                CMD ["b"]
                """)
    ) { context in OnlyLast.matches(.cmd, context) }
}
