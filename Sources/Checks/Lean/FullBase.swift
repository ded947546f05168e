import DockerfileSyntax

extension Rule {
    /// The final stage is built on a full image where a smaller one serves.
    static let fullBase = Rule(
        "WT0011", name: "full-base-image", family: .whittle, severity: .info,
        summary: "the final stage is built on a full image where a smaller one serves",
        documentation: Documentation(
            """
            The plain tags of language images are made for building: they carry compilers, headers and version control, several
            hundred megabytes of it. A program that is installed already runs on the slim variant of the same release, a Java program
            on a JRE. What then turns out to be missing is a library or two, to be installed by name.

            The fix writes the tag of the smaller variant, if it is known to exist.
            """,
            bad: Example(
                """
                FROM python:3.12
                COPY app.py /
                CMD ["python", "/app.py"]
                """,
                inputs: CheckInputs(tags: ExampleTags([:], digests: ["python:3.12-slim": ExampleTags.digest]))),
            good: """
                FROM python:3.12-slim
                COPY app.py /
                CMD ["python", "/app.py"]
                """,
            declaredChange: "What the full image has and the slim one lacks is gone.", declares: .anything)
    ) { context in
        guard let facts = context.finalStage else { return [] }
        guard let bottom = context.fact(StageGraph.self).chain(of: facts.index).last,
            case .image(let name) = bottom.base, let image = KnownImage(name),
            let word = context.node(of: bottom.stage)?.words.first
        else { return [] }
        func match(_ message: String, fix: Fix? = nil) -> [Match] {
            [Match(bottom.stage.range, focus: word.range, message: message, fix: fix)]
        }
        if image.isToolchain {
            return match("the final stage is built on \(name), an image for building; copy the result to a smaller one")
        }
        if image.isJavaDevelopmentKit, facts.index == bottom.index, context.stages.count > 1 {
            return match(
                "the final stage is built on \(name), a development kit; a runtime environment (jre) is enough")
        }
        guard let tag = image.slimTag, let slim = replaced(name, tag) else { return [] }
        var fix: Fix?
        if word.text == name, context.inputs.tags?.digest(of: slim) != nil {
            fix = Fix(.declaredChange, "build on \(slim)", edits: [TextEdit(range: word.range, replacement: slim)])
        }
        return match(
            "the final stage is built on \(name), which carries compilers and headers; \(slim) does not", fix: fix)
    }

    private static func replaced(_ name: String, _ tag: String) -> String? {
        let base = name.split(separator: "@").first.map(String.init) ?? name
        guard let image = ImageNameText(base) else { return nil }
        let stem = image.tag.map { String(base.dropLast($0.count + 1)) } ?? base
        return stem + ":" + tag
    }
}
