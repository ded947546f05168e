import DockerfileSyntax

extension Rule {
    /// Labels that are missing.
    static let dl3049 = Rule.hadolint(
        "DL3049", "required-labels", .info, "A label that the configuration asks for is missing",
        Documentation(
            """
            Applies where the configuration has a `label-schema`. A stage needs no label of its own when another one that has it begins with \
            it or copies from it.
            """,
            bad: Example("FROM debian:12\n", configuration: .labels(["vendor": .text])),
            good: Example("FROM debian:12\nLABEL vendor=me\n", configuration: .labels(["vendor": .text])))
    ) { context in
        context.configuration.labelSchema.keys.sorted().flatMap { label in
            stagesWithout(label, context).map {
                context.fromLines.lines[$0].statement.match(message: "The label '\(label)' is missing")
            }
        }
    }

    private static func stagesWithout(_ label: String, _ context: CheckContext) -> [Int] {
        let lines = context.fromLines.lines.map(\.from)
        var good: Set<Int> = []
        var bad: Set<Int> = []
        func excuse(_ name: String) {
            bad = bad.filter { lines[$0].alias == nil || lines[$0].alias != name }
        }
        for statement in context.statements.all where !statement.isTrigger && statement.stage >= 0 {
            let stage = statement.stage
            switch statement.kind {
            case .from:
                let base = lines[stage].name.lowercased()
                if good.contains(where: { lines[$0].alias == base }) { good.insert(stage) } else { bad.insert(stage) }
            case .copy: if let source = statement.flag("from")?.value { excuse(source.lowercased()) }
            case .label where statement.pairs.contains { $0.name == label }:
                excuse(lines[stage].alias ?? lines[stage].name)
                good.insert(stage)
                bad.remove(stage)
            default: break
            }
        }
        return bad.sorted()
    }
}

extension CheckConfiguration {
    /// A configuration for examples.
    static func labels(_ schema: [String: LabelKind], strict: Bool = false) -> CheckConfiguration {
        var configuration = CheckConfiguration()
        configuration.labelSchema = schema
        configuration.strictLabels = strict
        return configuration
    }
}
