import DockerfileSyntax

/// Makes one step of the one that fetches package lists and those behind it that install from them.
enum OneInstallation {
    /// Joins them where they do nothing else.
    ///
    /// - Parameter replacements: Other texts of steps, which go into what is joined.
    /// - Returns: The steps that have been written.
    static func join(_ view: StageView, _ replacements: [Int: String], _ draft: inout Draft) -> Set<Int> {
        var written: Set<Int> = []
        for group in groups(view) where group.count > 1 {
            guard let first = group.first, let last = group.last else { continue }
            var text = RunText(body(last, view, replacements))
            for node in group.dropLast().reversed() {
                let commands = String(RunText(body(node, view, replacements)).commandText)
                text.prefixCommand(commands + (node == first ? " && " : " \\\n    && "))
                draft.cutKeepingComments(node)
            }
            draft.replace(last, with: text.text)
            written.formUnion(group)
            draft.note(
                "one-installation", at: first,
                "lists that were fetched in a step of their own stay in its layer, and get old in the cache")
        }
        return written
    }

    private static func body(_ node: Int, _ view: StageView, _ replacements: [Int: String]) -> String {
        replacements[node] ?? view.dockerfile.source.text(in: view.dockerfile.nodes[node].range)
    }

    /// Neighbouring steps of which the first fetches the lists and the others only install.
    private static func groups(_ view: StageView) -> [[Int]] {
        var groups: [[Int]] = []
        for run in view.runs {
            guard let node = run.instruction.nodeIndex, isPlain(run.instruction), isApt(run.script) else { continue }
            let fetches = does("update", run.script)
            if let last = groups.last?.last, last + 1 == node, !fetches, does("install", run.script) {
                groups[groups.count - 1].append(node)
            } else if fetches {
                groups.append([node])
            }
        }
        return groups
    }

    /// Whether the package manager is all that is called.
    private static func isApt(_ script: ShellScript) -> Bool {
        script.commands.allSatisfy { ["apt-get", "apt"].contains($0.name) }
    }

    private static func isPlain(_ instruction: Instruction) -> Bool {
        guard case .run(let run) = instruction.kind else { return false }
        return run.command.isShellForm && run.command.files.isEmpty && run.mounts.isEmpty
    }

    private static func does(_ subcommand: String, _ script: ShellScript) -> Bool {
        script.commands.contains { ["apt-get", "apt"].contains($0.name) && $0.arguments.contains(subcommand) }
    }
}
