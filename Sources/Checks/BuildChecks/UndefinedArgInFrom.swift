import DockerfileSyntax

extension Rule {
    /// FROM command must use declared ARGs.
    static let undefinedArgInFrom = Rule(
        "UndefinedArgInFrom", name: "undefined-arg-in-from", family: .buildKit, severity: .warning,
        summary: "FROM command must use declared ARGs",
        documentation: Documentation(
            """
            `FROM` knows the arguments that are declared in front of the first `FROM`, and those of the platform. Any other name is empty, usually because it is misspelt.
            """,
            bad: """
                ARG VARIANT=slim
                FROM python:${VARIENT}
                """,
            good: """
                ARG VARIANT=slim
                FROM python:${VARIANT}
                """)
    ) { context in
        let globals = context.fact(Evaluation.self).globals
        let declared = context.parsed.metaArgs.flatMap { $0.arguments.map(\.name) }
        let expander = WordExpander(escape: context.parsed.escape)
        var matches: [Match] = []
        for stage in context.parsed.stages {
            let node = context.node(of: stage)
            let words = [
                (stage.baseName, node?.words.first?.range), (stage.platform ?? "", node?.flags.first?.valueRange),
            ]
            for (word, range) in words {
                guard let expansion = try? expander.expand(word, globals) else { continue }
                for name in expansion.unmatched.sorted() where globals[name] == nil && !declared.contains(name) {
                    let known = Set(globals.keys).union(declared)
                    let meant = suggestion(for: name, among: known).map { " (did you mean \($0)?)" } ?? ""
                    matches.append(
                        Match(stage.range, focus: range, message: "FROM argument '\(name)' is not declared\(meant)"))
                }
            }
        }
        return matches
    }
}
