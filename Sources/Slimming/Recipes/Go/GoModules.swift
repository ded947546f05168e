import DockerfileSyntax

/// Modules are downloaded before the sources are copied.
enum GoModules {
    /// Moves the copy of the whole project behind the download of its modules, or puts a download in front of it.
    static func order(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        let project = situation.project
        guard let manifest = project.text("go.mod"), !isLocal(manifest), !project.has("go.work") else { return }
        let whole = view.buildInstructions.first { $0.wholeContext != nil }
        guard let whole, let paths = whole.wholeContext, let node = whole.nodeIndex else { return }
        let download = view.runs.first { run in
            run.instruction.nodeIndex.map { $0 > node } ?? false
                && run.script.commands.allSatisfy {
                    $0.name == "go" && $0.arguments.prefix(2) == ["mod", "download"] && $0.arguments.count == 2
                }
        }?.instruction.nodeIndex
        let copy = "COPY \(["go.mod", "go.sum"].filter(project.has).joined(separator: " ")) ./"
        if let download, !makesFiles(between: node, and: download, view) {
            plan.insertions[node, default: []].append(copy)
            plan.moves.append((node: node, behind: download))
        } else if download == nil, [".", "./"].contains(paths.destination), project.has("go.sum"),
            !project.has("vendor"),
            !hasManifest(before: node, view)
        {
            plan.insertions[node, default: []] += [
                copy, "RUN \(view.buildsAsOther ? "" : "--mount=type=cache,target=/go/pkg/mod ")go mod download",
            ]
        } else {
            return
        }
        plan.steps.append(
            situation.step("manifests-first", at: node, "a change of the sources no longer downloads all modules anew")
        )
    }

    /// Whether an instruction between two others makes files, or says where.
    private static func makesFiles(between first: Int, and last: Int, _ view: StageView) -> Bool {
        view.build.instructions.contains { instruction in
            guard let node = instruction.nodeIndex, node > first, node < last else { return false }
            switch instruction.kind {
            case .expose, .label, .maintainer, .stopsignal, .healthcheck, .cmd, .entrypoint: return false
            default: return true
            }
        }
    }

    /// Whether modules of the project itself take the place of others.
    private static func isLocal(_ manifest: String) -> Bool { manifest.contains("=> .") || manifest.contains("=> /") }

    private static func hasManifest(before node: Int, _ view: StageView) -> Bool {
        view.buildInstructions.contains { instruction in
            guard let other = instruction.nodeIndex, other < node, case .copy(let copy) = instruction.kind else {
                return false
            }
            return copy.paths.sources.contains { $0.hasSuffix("go.mod") || $0.hasPrefix("go.") }
        }
    }
}
