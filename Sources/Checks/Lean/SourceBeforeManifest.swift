import DockerfileSyntax

extension Rule {
    /// The source is copied before the dependencies are installed.
    static let sourceBeforeManifest = Rule(
        "WT0003", name: "source-before-manifest", family: .whittle, severity: .info,
        summary: "the source is copied before the dependencies are installed",
        documentation: Documentation(
            """
            Every change of a source file then installs all dependencies anew. Copy the manifest and its lock file first, install, and
            copy the rest after: the step of the installation stays in the cache until the manifest changes.

            The fix does that for npm, yarn, pip and Go modules where the installation is a step of its own right behind the `COPY`, and
            the manifest shows that it needs nothing else: no scripts that run on installation, no workspaces, no local packages, no
            lists that name others. For the rest, `whittle slim` makes this change where the build bears it out.
            """,
            bad: Example(
                """
                FROM node:20-slim
                WORKDIR /app
                COPY . .
                RUN npm ci
                """,
                inputs: CheckInputs(
                    buildContext: ExampleContext(
                        texts: ["package.json": #"{"name": "app"}"#, "package-lock.json": "{}", "main.js": ""]))),
            good: """
                FROM node:20-slim
                WORKDIR /app
                COPY package.json package-lock.json ./
                RUN npm ci
                COPY . .
                """)
    ) { context in
        context.stages.flatMap { facts -> [Match] in
            let runs = context.runs.filter { run in
                run.statement.stage == facts.index && !run.statement.isTrigger && run.starts(installers)
            }
            guard !runs.isEmpty else { return [] }
            var whole: Instruction?
            var hasManifest = false
            for instruction in facts.instructions {
                switch instruction.kind {
                case .copy(let copy) where copy.from == nil:
                    if copiesManifest(copy.paths.sources) { hasManifest = true }
                    if whole == nil, copy.paths.sources.contains(where: { [".", "./", "/"].contains($0) }) {
                        whole = instruction
                    }
                case .add(let add):
                    if copiesManifest(add.paths.sources) { hasManifest = true }
                    if whole == nil, add.paths.sources.contains(where: { [".", "./"].contains($0) }) {
                        whole = instruction
                    }
                case .run:
                    guard let copy = whole, !hasManifest,
                        let run = runs.first(where: { $0.statement.range == instruction.range })
                    else { continue }
                    guard !run.mounts.contains(where: { $0.kind == .cache }),
                        let command = run.commands.compactMap(installation).first
                    else { continue }
                    let line = instruction.lines.lowerBound
                    return [
                        Match(
                            copy.range,
                            message:
                                "every change of a file runs \(command) on line \(line) again: copy the manifest and "
                                + "install before this", fix: ManifestFirst.fix(copy, run, in: context))
                    ]
                default: break
                }
            }
            return []
        }
    }

    private static let manifests = [
        "package", "requirements", "go.mod", "go.su", "Gemfile", "composer.", "pom.xml", "Cargo.", "pyproject",
        "Pipfile",
        "poetry.lock", "uv.lock", "yarn.lock", "pnpm-lock", "setup.", "build.gradle", "gradle", ".csproj", ".sln",
        "mix.",
    ]

    private static let installers = [
        "npm", "yarn", "pnpm", "pip", "pip2", "pip3", "poetry", "pipenv", "bundle", "composer", "uv", "go", "cargo",
        "dotnet",
    ]

    private static func copiesManifest(_ sources: [String]) -> Bool {
        sources.contains { source in manifests.contains { source.contains($0) } }
    }

    /// What a command that installs from a manifest is called; nil for other commands.
    private static func installation(_ command: ShellCommand) -> String? {
        let verb = command.arguments.first { !$0.isFlag }?.text ?? ""
        switch command.name {
        case "npm" where ["ci", "install", "i"].contains(verb) && command.operands(valuesOf: "prefix", "C").count == 1:
            return "npm \(verb)"
        case "yarn" where verb.isEmpty || verb == "install": return "yarn install"
        case "pnpm" where verb == "install" || verb == "i": return "pnpm install"
        case "pip", "pip3", "pip2":
            return verb == "install" && command.hasFlag("r", "requirement") ? "\(command.name) install -r" : nil
        case "poetry", "pipenv", "bundle", "composer": return verb == "install" ? "\(command.name) install" : nil
        case "uv": return verb == "sync" ? "uv sync" : nil
        case "go": return command.has(sequence: "mod", "download") ? "go mod download" : nil
        case "cargo": return verb == "fetch" ? "cargo fetch" : nil
        case "dotnet": return verb == "restore" ? "dotnet restore" : nil
        default: return nil
        }
    }
}
