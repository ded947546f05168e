import DockerfileSyntax

/// Leaving development dependencies out at the end of the stage that they were installed in, before they are copied.
enum DependencyPruning {
    /// The fix; nil where another stage begins with that stage or reads from it, which may need them, or where the place
    /// is not certain.
    static func fix(
        _ installation: DependencyInstallation, in source: Int, copiedBy facts: StageFacts, _ context: CheckContext
    ) -> Fix? {
        guard let command = command(for: installation.command.name),
            installation.run.statement.stage == source,
            !context.stages.contains(where: { other in
                other.base == .stage(source) || other.index != facts.index && other.reads.contains(source)
            }),
            let last = context.runs.last(where: { $0.statement.stage == source && !$0.statement.isTrigger }),
            let paths = destinations(of: source, in: facts, context), !paths.isEmpty,
            let edit = last.appending(command, in: context)
        else { return nil }
        return Fix(
            .declaredChange, "add \(command)", edits: [edit], declares: Declaration(paths: paths))
    }

    private static func command(for manager: String) -> String? {
        switch manager {
        case "npm": "npm prune --omit=dev"
        case "pnpm": "pnpm prune --prod"
        default: nil
        }
    }

    /// Where a stage puts what it copies from another; nil when that is not known of all of it.
    private static func destinations(of source: Int, in facts: StageFacts, _ context: CheckContext) -> [String]? {
        let evaluation = context.fact(Evaluation.self)
        var paths: [String] = []
        for instruction in facts.instructions {
            switch instruction.kind {
            case .copy(let copy):
                guard let from = copy.from, StageLookup.stage(named: from, before: facts.index, context) == source
                else { continue }
                guard let evaluated = evaluation[instruction], let destination = evaluated.words.last,
                    let path = StagePath.resolve(destination, in: evaluated.state.workingDirectory)
                else { return nil }
                paths.append(path)
            case .run(let run) where !run.mounts.isEmpty: return nil
            default: break
            }
        }
        return paths
    }
}
