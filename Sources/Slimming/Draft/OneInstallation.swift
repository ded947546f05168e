import DockerfileSyntax

/// Makes one step of the one that fetches package lists and the one behind it that installs from them.
enum OneInstallation {
    /// Joins them where the first does nothing else.
    ///
    /// - Parameter replacements: Other texts of steps, which go into what is joined.
    /// - Returns: The steps that have been written.
    static func join(_ view: StageView, _ replacements: [Int: String], _ draft: inout Draft) -> Set<Int> {
        var written: Set<Int> = []
        let runs = view.runs
        for (before, run) in zip(runs, runs.dropFirst()) {
            guard let first = before.instruction.nodeIndex, let node = run.instruction.nodeIndex, first + 1 == node,
                isPlain(before.instruction), isPlain(run.instruction), before.script.commands.count == 1,
                does("update", before.script), does("install", run.script), !does("update", run.script)
            else { continue }
            var text = RunText(replacements[node] ?? view.dockerfile.source.text(in: view.dockerfile.nodes[node].range))
            written.insert(node)
            text.prefixCommand("apt-get update && ")
            draft.cut(first)
            draft.replace(node, with: text.text)
            draft.note(
                "one-installation", at: first,
                "lists that were fetched in a step of their own stay in its layer, and get old in the cache")
        }
        return written
    }

    private static func isPlain(_ instruction: Instruction) -> Bool {
        guard case .run(let run) = instruction.kind else { return false }
        return run.command.isShellForm && run.command.files.isEmpty && run.mounts.isEmpty
    }

    private static func does(_ subcommand: String, _ script: ShellScript) -> Bool {
        script.commands.contains { ["apt-get", "apt"].contains($0.name) && $0.arguments.contains(subcommand) }
    }
}
