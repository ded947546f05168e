import DockerfileSyntax

/// Programs that install others: they are no part of the application, and stay out of its environment.
enum PythonInstallers {
    private static let names: Set<String> = ["poetry", "pipenv", "uv", "pdm", "hatch", "pip", "poetry-core"]

    /// Lets commands that install nothing else do so where Python itself is.
    static func keepOut(_ plan: inout RuntimePlan, _ situation: Situation) {
        for run in situation.view.runs {
            guard let node = run.instruction.nodeIndex, run.script.commands.contains(where: installsOnlyThem) else {
                continue
            }
            var text = RunText(node, situation.view, plan)
            for program in ["pip", "pip3"] {
                text.editCommands(beginningWith: "\(program) install") { _, command in
                    guard ShellScript(command).commands.contains(where: installsOnlyThem) else { return }
                    command = "PIP_PYTHON=/usr/local/bin/python " + command
                }
            }
            plan.replacements[node] = text.text
        }
    }

    /// Whether a command is an installation of nothing but such programs.
    private static func installsOnlyThem(_ command: ShellScript.Command) -> Bool {
        guard command.name.hasPrefix("pip"), command.arguments.first == "install" else { return false }
        let installed = command.arguments.dropFirst().filter { !$0.hasPrefix("-") }
        return !installed.isEmpty
            && installed.allSatisfy { word in
                let name = word.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
                let rest = word.dropFirst(name.count)
                return names.contains(String(name)) && (rest.first.map { "=<>!~[".contains($0) } ?? true)
            }
    }
}
