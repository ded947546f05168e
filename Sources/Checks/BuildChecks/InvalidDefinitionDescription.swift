import DockerfileSyntax

extension Rule {
    /// Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`.
    static let invalidDefinitionDescription = Rule(
        "InvalidDefinitionDescription", name: "invalid-definition-description", family: .buildKit, severity: .warning,
        summary: "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`",
        documentation: Documentation(
            """
            The comment above an `ARG` or a named stage is its description, which `docker build --call=outline` shows, if it begins with the name. An empty comment line below a comment says that it is meant for readers of the file only.
            """,
            bad: """
                # the version to install
                ARG VERSION=1
                FROM scratch AS base
                """,
            good: """
                # VERSION is the version to install
                ARG VERSION=1
                FROM scratch AS base
                """), isExperimental: true, appliesToPartialFiles: true
    ) { context in
        var matches: [Match] = []
        func check(_ keyword: String, _ names: [String], _ comments: [String], _ range: SourceRange) {
            guard let last = comments.last, let first = names.first else { return }
            let word = last.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
            guard !names.contains(String(word)) else { return }
            let name = names.count > 1 ? "<arg_key>" : first
            matches.append(
                Match(
                    range, message: "Comment for \(keyword) should follow the format: `# \(name) <description>`",
                    fix: Fix(
                        .sameImage, "put an empty comment line below the comment",
                        edits: [TextEdit(range: SourceRange(at: range.start), replacement: "#\n")])))
        }
        for meta in context.parsed.metaArgs {
            check("ARG", meta.arguments.map(\.name), meta.precedingComments, meta.range)
        }
        for stage in context.parsed.stages {
            if let name = stage.name { check("FROM", [name], stage.precedingComments, stage.range) }
            for instruction in stage.instructions {
                guard case .arg(let arguments) = instruction.kind else { continue }
                check("ARG", arguments.map(\.name), instruction.precedingComments, instruction.range)
            }
        }
        return matches
    }
}
