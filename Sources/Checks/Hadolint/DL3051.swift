import DockerfileSyntax

extension Rule {
    /// Empty labels.
    static let dl3051 = Rule.hadolint(
        "DL3051", "no-empty-labels", .warning, "A label that the configuration asks for is empty",
        Documentation(
            "Applies where the configuration has a `label-schema`.",
            bad: Example("FROM debian:12\nLABEL vendor=\"\"\n", configuration: .labels(["vendor": .text])),
            good: Example("FROM debian:12\nLABEL vendor=me\n", configuration: .labels(["vendor": .text])))
    ) { context in
        LabelValues.matches(context, kinds: nil, "is empty") { !$0.isEmpty }
    }
}

/// Values of labels that the configuration's schema speaks of.
enum LabelValues {
    /// Matches for labels whose values are not valid, a finding for each name in an instruction.
    static func matches(
        _ context: CheckContext, kinds: CheckConfiguration.LabelKind?, _ problem: String,
        isValid: (String) -> Bool
    ) -> [Match] {
        let names = context.configuration.labelSchema.filter { kinds == nil || $0.value == kinds }.keys.sorted()
        guard !names.isEmpty else { return [] }
        return context.statements.of(.label).flatMap { statement in
            let pairs = statement.pairs
            return names.compactMap { name in
                pairs.first { $0.name == name && !isValid($0.value) }.map { pair in
                    statement.match(focus: pair.nameRange, message: "The label '\(name)' \(problem)")
                }
            }
        }
    }
}
