import DockerfileSyntax

extension Rule {
    /// The package manager's cache stays in the layer.
    static let packageCache = Rule(
        "WT0004", name: "package-manager-cache", family: .whittle, severity: .info,
        summary: "the package manager's cache stays in the layer",
        documentation: Documentation(
            """
            What npm, composer, conda, uv and others download they keep, for the next installation: there is none in an image. Clean the
            cache in the same `RUN`, or keep it out of the image and still use it with `RUN --mount=type=cache`.

            The caches of apt, apk, yum, dnf, zypper, pip and yarn have rules of hadolint's: DL3009, DL3019, DL3032, DL3040, DL3036,
            DL3042, DL3060.
            """,
            bad: """
                FROM node:20-slim
                COPY package.json package-lock.json ./
                RUN npm ci --omit=dev
                """,
            good: """
                FROM node:20-slim
                COPY package.json package-lock.json ./
                RUN npm ci --omit=dev && npm cache clean --force
                """,
            declaredChange: "The cache of the package manager is not in the image.")
    ) { context in
        context.fact(FinalImage.self).runs.compactMap { run in
            for tool in CachingTool.all where run.starts(tool.programs) {
                let commands = run.commands.filter { tool.programs.contains($0.name) }
                guard let command = commands.first(where: tool.fills), !commands.contains(where: tool.cleans),
                    !run.mounts.contains(where: { $0.kind == .cache || $0.kind == .tmpfs }),
                    !run.commands.contains(where: { command in
                        command.name == "rm"
                            && command.arguments.contains { word in tool.places.contains { word.text.contains($0) } }
                    })
                else { continue }
                let edit = tool.cleaning.flatMap { run.appending($0, in: context) }
                let fix = edit.map {
                    Fix(
                        .declaredChange, "run \(tool.cleaning ?? "")", edits: [$0],
                        declares: Declaration(paths: tool.paths))
                }
                return Match(
                    run.statement.range, focus: run.place(command.range),
                    message: "\(tool.name) keeps what it downloaded in \(tool.places[0]), which stays in the layer",
                    fix: fix)
            }
            return nil
        }
    }
}
