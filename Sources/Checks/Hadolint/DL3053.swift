import DockerfileSyntax

extension Rule {
    /// Labels that should be times.
    static let dl3053 = Rule.hadolint(
        "DL3053", "label-is-time", .warning, "A label should be a time as RFC 3339 writes it and is not",
        Documentation(
            "Applies to the labels that the configuration's `label-schema` calls `rfc3339`.",
            bad: Example("FROM debian:12\nLABEL created=today\n", configuration: .labels(["created": .rfc3339])),
            good: Example(
                "FROM debian:12\nLABEL created=2024-05-01T12:00:00Z\n",
                configuration: .labels(["created": .rfc3339])))
    ) { context in
        LabelValues.matches(context, kinds: .rfc3339, "is not a time of RFC 3339", isValid: LabelText.isTime)
    }
}
