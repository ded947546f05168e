import DockerfileSyntax

extension Rule {
    /// Labels that nobody asked for.
    static let dl3050 = Rule.hadolint(
        "DL3050", "no-other-labels", .info, "A label is not in the configuration's list",
        Documentation(
            "Applies where the configuration has a `label-schema` and `strict-labels`: no other label is allowed.",
            bad: Example(
                "FROM debian:12\nLABEL other=1\n", configuration: .labels(["vendor": .text], strict: true)),
            good: Example(
                "FROM debian:12\nLABEL vendor=me\n", configuration: .labels(["vendor": .text], strict: true))),
        each: .label
    ) { statement, context in
        guard context.configuration.strictLabels else { return nil }
        let schema = context.configuration.labelSchema
        return statement.pairs.first { schema[$0.name] == nil }.map { pair in
            statement.match(focus: pair.nameRange, message: "The label '\(pair.name)' is not in the list")
        }
    }
}
