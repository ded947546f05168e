import DockerfileSyntax

/// Changes that are right in every Dockerfile, whatever it is for.
enum Hygiene {
    /// A draft in which package lists go in the step that fetched them.
    static func draft(_ view: StageView) -> Draft {
        var draft = Draft(view.dockerfile)
        for run in view.runs where isPlain(run.instruction) {
            guard let node = run.instruction.nodeIndex, fetches(run.script), installs(run.script),
                !mentionsLists(view, node)
            else { continue }
            draft.insertInline(" && rm -rf /var/lib/apt/lists/*", behindArgumentsOf: node)
            draft.note("package-lists", at: node, "package lists are of no use in the image and old tomorrow")
        }
        return draft
    }

    /// Makes each installation one step that fetches the lists, installs what was asked for and removes the lists.
    ///
    /// - Parameter recommends: Whether packages that others only recommend are still installed.
    static func tightenInstallation(_ view: StageView, _ draft: inout Draft, recommends: Bool) {
        let runs = view.runs
        for (index, run) in runs.enumerated() where isPlain(run.instruction) {
            guard let node = run.instruction.nodeIndex, installs(run.script), !mentionsLists(view, node) else {
                continue
            }
            var text = RunText(view.dockerfile.source.text(in: view.dockerfile.nodes[node].range))
            // A step that only fetches lists goes into the one behind it.
            if !fetches(run.script), index > 0 {
                let before = runs[index - 1]
                if let other = before.instruction.nodeIndex, other + 1 == node, isPlain(before.instruction),
                    before.script.commands.count == 1,
                    fetches(before.script)
                {
                    draft.cut(other)
                    text.prefixCommand("apt-get update && ")
                    draft.note(
                        "one-installation", at: other,
                        "lists that were fetched in a step of their own stay in its layer, and get old in the cache")
                }
            }
            if !recommends, !text.text.contains("--no-install-recommends") {
                text.insert(" --no-install-recommends", behind: "apt-get install")
                text.insert(" --no-install-recommends", behind: "apt install")
                draft.note("no-recommends", at: node, "only the packages that are named, and what they need")
            }
            draft.replace(node, with: text.text + " \\\n    && rm -rf /var/lib/apt/lists/*")
            draft.note("package-lists", at: node, "package lists are of no use in the image and old tomorrow")
        }
    }

    private static func isPlain(_ instruction: Instruction) -> Bool {
        guard case .run(let run) = instruction.kind else { return false }
        return run.command.isShellForm && run.command.files.isEmpty
            && !run.mounts.contains { $0.text.contains("/var/lib/apt") }
    }

    private static func fetches(_ script: ShellScript) -> Bool {
        script.commands.contains { ["apt-get", "apt"].contains($0.name) && $0.arguments.contains("update") }
    }

    private static func installs(_ script: ShellScript) -> Bool {
        script.commands.contains { ["apt-get", "apt"].contains($0.name) && $0.arguments.contains("install") }
    }

    private static func mentionsLists(_ view: StageView, _ node: Int) -> Bool {
        view.dockerfile.source.text(in: view.dockerfile.nodes[node].range).contains("/var/lib/apt/lists")
    }
}
