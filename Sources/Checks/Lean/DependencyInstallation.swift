import DockerfileSyntax

/// Commands that install what a program depends on, from its manifest.
struct DependencyInstallation {
    let run: RunScript
    let command: ShellCommand
    /// The command in short: `npm ci`.
    let text: String
    /// The directory that the dependencies are in.
    let directory: String

    /// The installation whose development dependencies are still there at the end of the scripts; nil when there is none.
    static func state(of runs: [RunScript], _ stages: [StageFacts], _ context: CheckContext) -> DependencyInstallation?
    {
        let evaluation = context.fact(Evaluation.self)
        var found: DependencyInstallation?
        for run in runs {
            let isProduction = stages.contains { facts in
                facts.instructions.contains { instruction in
                    instruction.range == run.statement.range
                        && evaluation[instruction]?.state.environment["NODE_ENV"] == "production"
                }
            }
            for command in run.commands {
                if let installation = DependencyInstallation(run, command),
                    !isProduction || installation.directory != "node_modules"
                {
                    found = installation
                } else if prunes(command) {
                    found = nil
                }
            }
        }
        return found
    }

    private init?(_ run: RunScript, _ command: ShellCommand) {
        let words = command.arguments.map(\.text)
        let verb = command.arguments.first { !$0.isFlag }?.text ?? ""
        self.run = run
        self.command = command
        switch command.name {
        case "npm":
            guard ["ci", "install", "i"].contains(verb), !words.contains("-g"), !words.contains("--global"),
                command.operands(valuesOf: "prefix").count == 1,
                !words.contains(where: {
                    ["--omit=dev", "--production", "--only=production", "--only=prod"].contains($0)
                }),
                !command.has(sequence: "--omit", "dev"), !command.has(sequence: "--only", "production")
            else { return nil }
            (text, directory) = ("npm \(verb)", "node_modules")
        case "yarn":
            guard verb.isEmpty || verb == "install", !words.contains("--production"),
                !words.contains("--production=true"),
                !words.contains("--prod")
            else { return nil }
            (text, directory) = ("yarn install", "node_modules")
        case "pnpm":
            guard verb == "install" || verb == "i", !words.contains("--prod"), !words.contains("--production"),
                !words.contains("-P")
            else { return nil }
            (text, directory) = ("pnpm install", "node_modules")
        case "composer":
            guard verb == "install" || verb == "update", !words.contains("--no-dev") else { return nil }
            (text, directory) = ("composer \(verb)", "vendor")
        case "pipenv":
            guard verb == "install", words.contains("--dev") || words.contains("-d") else { return nil }
            (text, directory) = ("pipenv install --dev", "site-packages")
        default: return nil
        }
    }

    private static func prunes(_ command: ShellCommand) -> Bool {
        let words = command.arguments.map(\.text)
        switch command.name {
        case "npm":
            if words.first == "prune" { return true }
            return ["ci", "install", "i"].contains(words.first ?? "")
                && words.contains { ["--omit=dev", "--production", "--only=production", "--only=prod"].contains($0) }
        case "yarn":
            return words.contains("--production") || words.contains("--production=true") || words.contains("--prod")
        case "pnpm": return words.first == "prune" || words.contains("--prod")
        case "composer": return words.contains("--no-dev")
        case "rm": return words.contains { $0.contains("node_modules") }
        default: return false
        }
    }
}

/// Stages by what COPY --from says.
enum StageLookup {
    /// The index of an earlier stage by its name or number; nil for what is no stage.
    static func stage(named name: String, before index: Int, _ context: CheckContext) -> Int? {
        if let number = Int(name) { return number >= 0 && number < index ? number : nil }
        return context.stages.last { $0.index < index && $0.stage.name == name.lowercased() }?.index
    }
}
