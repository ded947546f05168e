import DockerfileSyntax

extension Rule {
    /// Labels that should be addresses.
    static let dl3058 = Rule.hadolint(
        "DL3058", "label-is-email", .warning, "A label should be an e-mail address and is not",
        Documentation(
            "Applies to the labels that the configuration's `label-schema` calls `email`.",
            bad: Example("FROM debian:12\nLABEL contact=me\n", configuration: .labels(["contact": .email])),
            good: Example(
                "FROM debian:12\nLABEL contact=me@example.org\n", configuration: .labels(["contact": .email])))
    ) { context in
        LabelValues.matches(context, kinds: .email, "is not an e-mail address", isValid: LabelText.isEmail)
    }
}
