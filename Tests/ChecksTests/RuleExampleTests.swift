import DockerfileSyntax
import Testing

@testable import Checks

/// The examples of every rule's page hold.
struct RuleExampleTests {
    /// Rules about what builders refuse: their bad examples are no Dockerfiles.
    private static let refused: Set<String> = ["DL3043", "DL3061"]

    private func findings(_ rule: Rule, _ text: String, _ example: Example) -> [Finding] {
        var configuration = example.configuration
        configuration.experimental = ["all", rule.id]
        let report = Checker(configuration: configuration, rules: [rule])
            .check(Array(text.utf8), path: "Dockerfile", inputs: example.inputs)
        #expect(
            report.error == nil || RuleExampleTests.refused.contains(rule.id),
            "an example of \(rule.id) is not a Dockerfile")
        return report.findings
    }

    @Test("the bad example is found", arguments: Rules.all)
    func bad(_ rule: Rule) {
        let example = rule.documentation.bad
        #expect(!findings(rule, example.dockerfile, example).isEmpty)
    }

    @Test("the good example is not", arguments: Rules.all)
    func good(_ rule: Rule) {
        let example = rule.documentation.good
        #expect(findings(rule, example.dockerfile, example) == [])
    }

    @Test("the fix of the bad example leaves nothing to find", arguments: Rules.all)
    func fixed(_ rule: Rule) {
        let example = rule.documentation.bad
        let fixes = findings(rule, example.dockerfile, example).compactMap(\.fix)
        guard !fixes.isEmpty else { return }
        var configuration = example.configuration
        configuration.experimental = ["all", rule.id]
        let fixed = FixApplication(Checker(configuration: configuration, rules: [rule])).apply(
            to: Array(example.dockerfile.utf8), path: "Dockerfile", inputs: example.inputs)
        #expect(findings(rule, String(decoding: fixed.bytes, as: UTF8.self), example) == [])
        #expect(fixes.allSatisfy { ($0.kind == .declaredChange) == (rule.documentation.declaredChange != nil) })
    }

    @Test("ids and names are unique")
    func unique() {
        #expect(Set(Rules.all.map(\.id)).count == Rules.all.count)
        #expect(Set(Rules.all.map(\.name)).count == Rules.all.count)
    }
}

extension Rule: CustomTestStringConvertible {
    /// The id.
    public var testDescription: String { id }
}
