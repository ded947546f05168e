import DockerfileSyntax

/// Changes that are right in every Dockerfile, whatever it is for.
enum Hygiene {
    /// A draft in which package lists go in the step that fetched them.
    static func draft(_ view: StageView) -> Draft {
        var draft = Draft(view.dockerfile)
        for run in view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            let names = run.script.commands.map { ($0.name, $0.arguments) }
            let fetches = names.contains { ["apt-get", "apt"].contains($0.0) && $0.1.contains("update") }
            let installs = names.contains { ["apt-get", "apt"].contains($0.0) && $0.1.contains("install") }
            let source = view.dockerfile.source.text(in: view.dockerfile.nodes[node].range)
            guard case .run(let command) = run.instruction.kind, command.command.isShellForm,
                command.command.files.isEmpty,
                fetches, installs, !source.contains("/var/lib/apt/lists"),
                !command.mounts.contains(where: { $0.text.contains("/var/lib/apt") })
            else { continue }
            draft.insertInline(" && rm -rf /var/lib/apt/lists/*", behindArgumentsOf: node)
            draft.note("package-lists", at: node, "package lists are of no use in the image and old tomorrow")
        }
        return draft
    }
}
