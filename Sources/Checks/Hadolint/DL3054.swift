import DockerfileSyntax

extension Rule {
    /// Labels that should be licences.
    static let dl3054 = Rule.hadolint(
        "DL3054", "label-is-licence", .warning, "A label should be the identifier of a licence and is not",
        Documentation(
            "Applies to the labels that the configuration's `label-schema` calls `spdx`: identifiers of the SPDX licence list.",
            bad: Example("FROM debian:12\nLABEL licence=mine\n", configuration: .labels(["licence": .spdx])),
            good: Example("FROM debian:12\nLABEL licence=MIT\n", configuration: .labels(["licence": .spdx])))
    ) { context in
        LabelValues.matches(context, kinds: .spdx, "is not an SPDX identifier") { Licences.identifiers.contains($0) }
    }
}
