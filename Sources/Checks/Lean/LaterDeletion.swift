import DockerfileSyntax

extension Rule {
    /// Files are deleted in a later layer than they were written in.
    static let laterDeletion = Rule(
        "WT0006", name: "deletion-in-later-layer", family: .whittle, severity: .info,
        summary: "files are deleted in a later layer than they were written in",
        documentation: Documentation(
            """
            What an earlier step or the base image has written is in a layer below; deleting it only hides it. The image does not get
            smaller, and a secret can still be read. Delete in the same `RUN` that writes, or leave the files in another stage.

            There is no fix here: steps between the two may use the files, so where they are not needed any more is for the author to say.
            """,
            bad: """
                FROM debian:12-slim
                COPY archive.tar.gz /tmp/
                RUN tar -xzf /tmp/archive.tar.gz -C /opt && rm /tmp/archive.tar.gz
                """,
            good: """
                FROM debian:12-slim
                RUN --mount=type=bind,source=archive.tar.gz,target=/tmp/archive.tar.gz tar -xzf /tmp/archive.tar.gz -C /opt
                """)
    ) { context in
        let image = context.fact(FinalImage.self)
        var matches: [Match] = []
        for (index, run) in image.runs.enumerated() {
            let copied = run.starts("rm") ? CopiedPaths.earlier(than: run, in: image, context) : []
            for command in run.commands where command.name == "rm" {
                let paths = command.operands(valuesOf: []).map(\.text).filter { $0.hasPrefix("/") }
                if let path = paths.first(where: { path in copied.contains { wasCopied(path, $0) } }) {
                    matches.append(match(run, command, "\(path) was copied by an earlier instruction"))
                    break
                }
                let earlier = image.runs[..<index]
                if paths.contains(where: { $0.hasPrefix("/var/lib/apt/lists") }),
                    !run.commands.contains(where: { $0.has("apt-get", "update") || $0.has("apt", "update") }),
                    earlier.contains(where: {
                        $0.commands.contains { $0.has("apt-get", "update") || $0.has("apt", "update") }
                    })
                {
                    matches.append(match(run, command, "/var/lib/apt/lists was written by an earlier instruction"))
                    break
                }
            }
            // What the base image brought, or this step installed itself, is another matter.
            let here = Set(run.commands.flatMap(SystemPackages.named(by:)))
            let earlier = Set(image.runs[..<index].flatMap { $0.commands.flatMap(SystemPackages.named(by:)) })
            for command in run.commands {
                let removed = SystemPackages.removed(by: command)
                guard let package = removed.first(where: { earlier.contains($0) && !here.contains($0) }) else {
                    continue
                }
                matches.append(match(run, command, "\(package) was installed by an earlier instruction"))
                break
            }
        }
        return matches
    }

    private static func match(_ run: RunScript, _ command: ShellCommand, _ why: String) -> Match {
        Match(
            run.statement.range, focus: run.place(command.range),
            message: "\(why): deleting it here does not make the image smaller")
    }

    /// True when a path to be deleted is what an instruction copied, or in it, or a pattern for it.
    private static func wasCopied(_ path: String, _ copied: CopiedPaths.Copied) -> Bool {
        if path.contains("$") { return false }
        let plain = path.hasSuffix("/*") ? String(path.dropLast(2)) : path
        if plain.contains("*") || plain == "/" || plain.isEmpty { return false }
        let clean = StagePath.clean(plain)
        if clean == copied.path || CopiedPaths.contains(clean, copied.path) { return true }
        let sources: [String]
        switch copied.instruction.kind {
        case .copy(let copy): sources = copy.paths.sources
        case .add(let add): sources = add.paths.sources
        default: return false
        }
        // A file that was copied into a directory keeps its name.
        return sources.contains { source in
            guard let name = source.split(separator: "/").last, name != ".", name != "*" else { return false }
            return copied.path + (copied.path == "/" ? "" : "/") + name == clean
        }
    }
}
