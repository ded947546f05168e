import DockerfileSyntax

extension Rule {
    /// The build context holds what no build needs.
    static let weakIgnoreFile = Rule(
        "WT0007", name: "weak-dockerignore", family: .whittle, severity: .info,
        summary: "the build context holds what no build needs",
        documentation: Documentation(
            """
            `COPY . .` takes along whatever lies about: version control, installed modules, caches, secrets of the developer. That makes
            builds slow, images large, and the cache useless, since every commit changes `.git`. A `.dockerignore` next to the
            Dockerfile leaves it out. Its patterns are anchored at the top: `node_modules` there and `**/node_modules` everywhere.

            Only directories that are copied whole are looked at, and the message says how much would be saved. Keep what your build
            reads: `.git` where a version is taken from it.

            There is no fix here, since fixes are edits of the Dockerfile; `whittle slim` and `whittle init` write an ignore file.
            """,
            bad: Example(
                """
                FROM alpine:3.20
                COPY . /src
                """,
                inputs: CheckInputs(
                    buildContext: ExampleContext(
                        hasIgnoreFile: false,
                        files: [
                            ContextFile(path: "main.c", size: 2_000),
                            ContextFile(path: ".git/objects/pack/a.pack", size: 8_000_000),
                        ]))),
            good: Example(
                """
                FROM alpine:3.20
                COPY . /src
                """,
                inputs: CheckInputs(
                    buildContext: ExampleContext(
                        ignored: [".git"], files: [ContextFile(path: "main.c", size: 2_000)]))))
    ) { context in
        guard let facts = context.inputs.buildContext else { return [] }
        let evaluation = context.fact(Evaluation.self)
        let copies = context.instructions.compactMap { instruction -> (Instruction, [String])? in
            let count: Int
            switch instruction.kind {
            case .copy(let copy) where copy.from == nil: count = copy.paths.sources.count
            case .add(let add): count = add.paths.sources.count
            default: return nil
            }
            let sources = (evaluation[instruction]?.words.prefix(count) ?? []).filter { !$0.contains("://") }
            return sources.isEmpty ? nil : (instruction, Array(sources))
        }
        guard !copies.isEmpty, let files = facts.files else { return [] }
        let needless = files.compactMap { file in file.needlessness.map { (file, $0) } }
        for (instruction, sources) in copies {
            let prefixes = sources.map { StagePath.clean($0) }.map { $0 == "/" ? "" : String($0.dropFirst()) + "/" }
            let taken = needless.filter { file, _ in prefixes.contains { file.path.hasPrefix($0) } }
            guard !taken.isEmpty else { continue }
            let bytes = taken.reduce(Int64(0)) { $0 &+ $1.0.size }
            var kinds: [String: Int64] = [:]
            for (file, kind) in taken { kinds[kind, default: 0] &+= max(1, file.size) }
            let names = kinds.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(4).map(\.key)
            let what = names.joined(separator: ", ")
            return [
                Match(
                    instruction.range,
                    message: "\(sources.joined(separator: " ")) takes along \(ByteText.text(bytes)) in \(taken.count) "
                        + "file\(taken.count == 1 ? "" : "s") that no build needs: \(what); "
                        + (facts.hasIgnoreFile ? "add them to .dockerignore" : "write a .dockerignore"))
            ]
        }
        return []
    }
}
