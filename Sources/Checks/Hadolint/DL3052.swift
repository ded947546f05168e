import DockerfileSyntax

extension Rule {
    /// Labels that should be URLs.
    static let dl3052 = Rule.hadolint(
        "DL3052", "label-is-url", .warning, "A label should be a URL and is not",
        Documentation(
            "Applies to the labels that the configuration's `label-schema` calls `url`.",
            bad: Example("FROM debian:12\nLABEL source=here\n", configuration: .labels(["source": .url])),
            good: Example(
                "FROM debian:12\nLABEL source=https://example.org/a\n", configuration: .labels(["source": .url])))
    ) { context in LabelValues.matches(context, kinds: .url, "is not a URL", isValid: LabelText.isURL) }
}
