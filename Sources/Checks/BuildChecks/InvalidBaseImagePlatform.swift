import DockerfileSyntax

extension Rule {
    /// Base image platform does not match expected target platform.
    static let invalidBaseImagePlatform = Rule(
        "InvalidBaseImagePlatform", name: "invalid-base-image-platform", family: .buildKit, severity: .warning,
        summary: "Base image platform does not match expected target platform",
        documentation: Documentation(
            """
            The base image is for another platform than the build: its programs run in emulation, or not at all.
            """,
            bad: Example(
                """
                FROM alpine:3.20
                """,
                inputs: CheckInputs(
                    baseImages: ExampleBases(BaseImageConfiguration(platform: "linux/arm64")), platform: "linux/amd64")),
            good: Example(
                """
                FROM alpine:3.20
                """,
                inputs: CheckInputs(
                    baseImages: ExampleBases(BaseImageConfiguration(platform: "linux/amd64")), platform: "linux/amd64"))
        ), heedsLocalDirectives: false
    ) { context in
        let globals = context.fact(Evaluation.self).globals
        let expander = WordExpander(escape: context.parsed.escape)
        return context.stages.compactMap { facts in
            guard case .image(let name) = facts.base,
                let actual = context.inputs.baseImages?.configuration(of: name)?.platform
            else { return nil }
            let wanted = facts.stage.platform.map { (try? expander.expand($0, globals).result) ?? $0 }
            guard let expected = wanted ?? context.inputs.platform,
                expected.split(separator: "/").prefix(2) != actual.split(separator: "/").prefix(2)
            else { return nil }
            return Match(
                facts.stage.range,
                message: "Base image \(name) was pulled with platform \(quoted(actual)), expected \(quoted(expected)) "
                    + "for current build")
        }
    }
}
