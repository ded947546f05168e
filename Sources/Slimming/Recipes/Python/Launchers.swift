import DockerfileSyntax

/// Package managers that commands are started with: they only put the environment on the path.
enum Launchers {
    /// The words behind the launcher; nil when there is none, or when it may do more than that.
    static func unwrapped(_ words: [String], _ project: ProjectTree) -> [String]? {
        guard words.count > 2, words[1] == "run" else { return nil }
        var rest = words.dropFirst(2)
        let scripts: String
        switch words[0] {
        case "poetry", "pdm": scripts = project.text("pyproject.toml") ?? ""
        case "pipenv": scripts = project.text("Pipfile") ?? ""
        case "uv":
            scripts = ""
            rest = rest.drop { ["--no-sync", "--frozen", "--locked", "--no-dev", "--offline", "--"].contains($0) }
            if rest.first?.hasSuffix(".py") == true { rest = ["python"] + rest }
        default: return nil
        }
        guard let name = rest.first, !name.hasPrefix("-") else { return nil }
        // A name that the manager gives to a command line of its own.
        let table = words[0] == "pdm" ? "[tool.pdm.scripts]" : "[scripts]"
        if words[0] != "poetry", let start = Substring(scripts).firstRange(of: table)?.upperBound {
            let section = scripts[start...].split(separator: "\n").prefix { !$0.hasPrefix("[") }
            if section.contains(where: { $0.split(separator: "=").first?.filter { !$0.isWhitespace } == name }) {
                return nil
            }
        }
        return Array(rest)
    }

    /// Whether the image's command is started by one that can be left out.
    static func isUsed(_ situation: Situation) -> Bool {
        situation.view.command.entrypoint == nil
            && unwrapped(situation.view.commandWords, situation.project) != nil
    }

    /// Lets the command of the image start its program itself, which is on the path.
    static func remove(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        for instruction in view.final.instructions {
            guard case .cmd(let line) = instruction.kind, let node = instruction.nodeIndex,
                view.command.entrypoint == nil
            else { continue }
            let words = line.isShellForm ? ExecForm.words(line.words.first ?? "") : line.words
            guard let rest = words.flatMap({ unwrapped($0, situation.project) }) else { continue }
            plan.commands[node] = "CMD \(ExecForm.json(rest))"
            plan.steps.append(
                situation.step(
                    "no-launcher", at: node,
                    "the environment is on the path: no package manager is needed to start from it"))
        }
    }
}
