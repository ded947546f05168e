import DockerfileSyntax

extension Rule {
    /// Attempting to Copy file that is excluded by .dockerignore.
    static let copyIgnoredFile = Rule(
        "CopyIgnoredFile", name: "copy-ignored-file", family: .buildKit, severity: .warning,
        summary: "Attempting to Copy file that is excluded by .dockerignore",
        documentation: Documentation(
            """
            What the ignore file leaves out is not there for `COPY`: the build fails, or copies less than it says.
            """,
            bad: Example(
                """
                FROM scratch
                COPY secret.txt /
                """,
                inputs: CheckInputs(buildContext: ExampleContext(ignored: ["secret.txt"]))),
            good: Example(
                """
                FROM scratch
                COPY public.txt /
                """,
                inputs: CheckInputs(buildContext: ExampleContext(ignored: ["secret.txt"]))))
    ) { context in
        guard let files = context.inputs.buildContext, files.hasIgnoreFile, !files.ignoreFileHasExceptions else {
            return []
        }
        let evaluation = context.fact(Evaluation.self)
        return context.instructions.flatMap { instruction -> [Match] in
            guard let (count, verb) = contextSources(instruction), let words = evaluation[instruction]?.words else {
                return []
            }
            return words.prefix(count).compactMap { source in
                if source.contains("://") || source.hasPrefix("git@") { return nil }
                let path = cleaned(source)
                if path == "." || path == "/", !files.ignoresEverything { return nil }
                guard files.isIgnored(path) else { return nil }
                return Match(
                    instruction.range,
                    message: "Attempting to \(verb) file \(quoted(path)) that is excluded by .dockerignore")
            }
        }
    }

    /// How many sources an instruction takes from the context, and what it does with them.
    private static func contextSources(_ instruction: Instruction) -> (Int, String)? {
        switch instruction.kind {
        case .add(let add): (add.paths.sources.count, "Add")
        case .copy(let copy) where copy.from == nil: (copy.paths.sources.count, "Copy")
        default: nil
        }
    }

    /// The shortest form of a path, which stays relative if it is.
    private static func cleaned(_ path: String) -> String {
        if path.hasPrefix("/") { return StagePath.clean(path) }
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }
}
