import DockerfileSyntax

extension Rule {
    /// Labels that should be commits.
    static let dl3055 = Rule.hadolint(
        "DL3055", "label-is-commit", .warning, "A label should be the hash of a git commit and is not",
        Documentation(
            "Applies to the labels that the configuration's `label-schema` calls `hash`: 7 or 40 hexadecimal digits.",
            bad: Example("FROM debian:12\nLABEL commit=main\n", configuration: .labels(["commit": .hash])),
            good: Example("FROM debian:12\nLABEL commit=8f936c5\n", configuration: .labels(["commit": .hash])))
    ) { context in
        LabelValues.matches(context, kinds: .hash, "is not the hash of a git commit", isValid: LabelText.isCommit)
    }
}
