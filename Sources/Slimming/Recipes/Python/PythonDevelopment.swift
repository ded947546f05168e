/// Dependencies of development, which package managers of Python install unless they are told not to.
enum PythonDevelopment {
    /// Tells the installations of a plan to leave them out.
    static func leaveOut(_ plan: inout RuntimePlan, _ situation: Situation) {
        for run in situation.view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            var text = RunText(node, situation.view, plan)
            let before = text.text
            for command in run.script.commands { change(&text, command, situation.project) }
            guard text.text != before else { continue }
            plan.replacements[node] = text.text
            plan.steps.append(
                situation.step(
                    "no-dev-dependencies", at: node, "dependencies of development are not installed in the first place")
            )
        }
    }

    private static func change(_ text: inout RunText, _ command: ShellScript.Command, _ project: ProjectTree) {
        let arguments = command.arguments
        // Whoever chooses groups has thought of it.
        let choices = ["--only", "--without", "--with", "--no-dev", "--group", "--prod", "--production", "--dev"]
        let chooses = arguments.contains { word in
            choices.contains { word == $0 || word.hasPrefix($0 + "=") } || word.hasPrefix("--all")
                || word.hasPrefix("--only-") || word.hasPrefix("--no-group") || word.hasPrefix("-G")
        }
        switch (command.name, arguments.first) {
        case ("uv", "sync") where !chooses: text.insert(" --no-dev", behind: "uv sync")
        case ("pdm", "install") where !chooses, ("pdm", "sync") where !chooses:
            text.insert(" --prod", behind: "pdm \(arguments[0])")
        case ("poetry", "install") where !chooses:
            let manifest = project.text("pyproject.toml") ?? ""
            let groups = ["dev", "test", "tests", "docs", "lint"].filter { group in
                manifest.contains("[tool.poetry.group.\(group).dependencies]")
                    || group == "dev" && manifest.contains("[tool.poetry.dev-dependencies]")
            }
            guard !groups.isEmpty else { return }
            text.insert(" --without \(groups.joined(separator: ","))", behind: "poetry install")
        case ("pipenv", "install") where arguments.contains("--dev"),
            ("pipenv", "sync") where arguments.contains("--dev"):
            text.remove("--dev")
        default: break
        }
    }
}
