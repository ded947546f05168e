/// The pages about rules, as Markdown: what `docs/rules` holds and `--explain` prints.
public enum RulePage {
    /// The page of a rule.
    public static func markdown(_ rule: Rule) -> String {
        let documentation = rule.documentation
        var text = "# \(rule.id): \(rule.name)\n\n"
        text += "\(sentence(rule.summary))\n\n"
        text += "| | |\n|---|---|\n| severity | \(rule.severity.rawValue) |\n| from | \(origin(rule.family)) |\n"
        text += "| fix | \(fixes(rule)) |\n"
        if let change = documentation.declaredChange { text += "| the fix changes | \(change) |\n" }
        if rule.isExperimental { text += "| experimental | only on request: `--experimental \(rule.id)` |\n" }
        text += "\n\(documentation.text)\n\n"
        text += "## Not good\n\n" + example(documentation.bad)
        if let fixed = fixed(rule) { text += "## What the fix makes of it\n\n" + block(fixed) }
        text += "## Good\n\n" + example(documentation.good)
        return String(text.dropLast())
    }

    /// The page that lists all rules.
    public static func index(_ rules: [Rule] = Rules.all) -> String {
        var text = "# Rules\n\nWritten from the rules themselves; see [checking Dockerfiles](../check.md).\n"
        for family in [Rule.Family.whittle, .buildKit, .hadolint] {
            text += "\n## \(heading(family))\n\n| rule | severity | fix | about |\n|---|---|---|---|\n"
            for rule in rules where rule.family == family {
                let summary = rule.summary.split(separator: "|").joined(separator: "\\|")
                text += "| [\(rule.id)](\(rule.id).md) | \(rule.severity.rawValue) | \(fixes(rule)) | \(summary) |\n"
            }
        }
        return text
    }

    /// The bad example after its fix; nil when it has none.
    static func fixed(_ rule: Rule) -> String? {
        let example = rule.documentation.bad
        var configuration = example.configuration
        configuration.experimental.insert(rule.id)
        let checker = Checker(configuration: configuration, rules: [rule])
        let result = FixApplication(checker).apply(
            to: Array(example.dockerfile.utf8), path: "Dockerfile", inputs: example.inputs)
        return result.applied.isEmpty ? nil : String(decoding: result.bytes, as: UTF8.self)
    }

    /// The promise of the fix of the bad example, and what it declares.
    private static func fixes(_ rule: Rule) -> String {
        let example = rule.documentation.bad
        var configuration = example.configuration
        configuration.experimental.insert(rule.id)
        let report = Checker(configuration: configuration, rules: [rule])
            .check(Array(example.dockerfile.utf8), path: "Dockerfile", inputs: example.inputs)
        guard let kind = report.findings.compactMap(\.fix?.kind).max() else { return "none" }
        return kind.rawValue
    }

    private static func example(_ example: Example) -> String { block(example.dockerfile) }

    private static func block(_ text: String) -> String {
        "```dockerfile\n\(text)\(text.hasSuffix("\n") ? "" : "\n")```\n\n"
    }

    private static func sentence(_ text: String) -> String {
        guard let first = text.first else { return text }
        return first.uppercased() + text.dropFirst() + (text.hasSuffix(".") || text.hasSuffix("`") ? "" : ".")
    }

    private static func origin(_ family: Rule.Family) -> String {
        switch family {
        case .buildKit: "BuildKit's build checks"
        case .hadolint: "hadolint"
        case .whittle: "whittle"
        }
    }

    private static func heading(_ family: Rule.Family) -> String {
        switch family {
        case .buildKit: "BuildKit's build checks"
        case .hadolint: "hadolint's rules"
        case .whittle: "Our own"
        }
    }
}
