import DockerfileSyntax

extension Rule {
    /// Labels that should be versions.
    static let dl3056 = Rule.hadolint(
        "DL3056", "label-is-version", .warning, "A label should be a semantic version and is not",
        Documentation(
            "Applies to the labels that the configuration's `label-schema` calls `semver`.",
            bad: Example("FROM debian:12\nLABEL version=1.0\n", configuration: .labels(["version": .semver])),
            good: Example("FROM debian:12\nLABEL version=1.0.0\n", configuration: .labels(["version": .semver])))
    ) { context in
        LabelValues.matches(context, kinds: .semver, "is not a semantic version", isValid: LabelText.isVersion)
    }
}
