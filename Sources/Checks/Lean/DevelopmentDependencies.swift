import DockerfileSyntax

extension Rule {
    /// Development dependencies are in the final image.
    static let developmentDependencies = Rule(
        "WT0002", name: "dev-dependencies-in-final-image", family: .whittle, severity: .warning,
        summary: "development dependencies are in the final image",
        documentation: Documentation(
            """
            Test runners, linters and bundlers are dependencies of the developer, not of the program: often most of what is installed.
            Build with all of them where the build needs them, then leave them out (`npm ci --omit=dev`, `npm prune --omit=dev`,
            `composer install --no-dev`, `bundle config set without development`, `poetry install --only main`) before the directory is
            copied to the final stage.

            The fix leaves them out at the end of the stage that they are copied from, for npm and pnpm, and where nothing else uses that
            stage. What is installed in the final stage itself is not touched: which of it the steps behind need is seen only by building.
            """,
            bad: """
                FROM node:20-slim AS build
                WORKDIR /app
                COPY . .
                RUN npm ci && npm run build

                FROM node:20-slim
                WORKDIR /app
                COPY --from=build /app/node_modules ./node_modules
                COPY --from=build /app/dist ./dist
                CMD ["node", "dist/main.js"]
                """,
            good: """
                FROM node:20-slim AS build
                WORKDIR /app
                COPY . .
                RUN npm ci && npm run build && npm prune --omit=dev

                FROM node:20-slim
                WORKDIR /app
                COPY --from=build /app/node_modules ./node_modules
                COPY --from=build /app/dist ./dist
                CMD ["node", "dist/main.js"]
                """,
            declaredChange: "Development dependencies are not in what is copied.")
    ) { context in
        let image = context.fact(FinalImage.self)
        let graph = context.fact(StageGraph.self)
        var matches: [Match] = []
        let own = DependencyInstallation.state(of: image.runs, image.stages, context)
        if let command = own {
            matches.append(
                Match(
                    command.run.statement.range, focus: command.run.place(command.command.range),
                    message: "\(command.text) installs development dependencies too, and they stay in the image"))
        }
        for facts in image.stages {
            for instruction in facts.instructions {
                guard case .copy(let copy) = instruction.kind, let from = copy.from,
                    let source = StageLookup.stage(named: from, before: facts.index, context)
                else { continue }
                let chain = graph.chain(of: source)
                let indices = Set(chain.map(\.index))
                let runs = context.runs.filter { indices.contains($0.statement.stage) && !$0.statement.isTrigger }
                guard let found = DependencyInstallation.state(of: runs, chain.reversed(), context),
                    copies(copy.paths.sources, found.directory, of: context.fact(Evaluation.self).ends[source])
                else { continue }
                let name = chain.first?.stage.name.map { "stage \($0)" } ?? "another stage"
                matches.append(
                    Match(
                        instruction.range,
                        message: "copies \(found.directory) from \(name), where \(found.text) installed development "
                            + "dependencies too",
                        fix: DependencyPruning.fix(found, in: source, copiedBy: facts, context)))
            }
        }
        return matches
    }

    /// True when one of the sources is the directory of dependencies, or the directory that they were installed in.
    private static func copies(_ sources: [String], _ directory: String, of end: StageState) -> Bool {
        sources.contains { source in
            let parts = source.split(separator: "/")
            if parts.contains(Substring(directory)) { return true }
            guard let workingDirectory = end.workingDirectory else { return false }
            return workingDirectory != "/" && StagePath.resolve(source, in: "/") == workingDirectory
        }
    }
}
