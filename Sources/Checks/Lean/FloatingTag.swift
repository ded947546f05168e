import DockerfileSyntax

extension Rule {
    /// The tag of the base image moves.
    static let floatingTag = Rule(
        "WT0008", name: "floating-tag", family: .whittle, severity: .info,
        summary: "the tag of the base image moves",
        documentation: Documentation(
            """
            A tag such as `python:3.12-slim` names another image every few weeks: two builds of the same file differ, and nobody
            sees when. A tag with all numbers of a release moves less, a digest never. With either, let a bot propose the next one,
            or the base stops getting its security fixes.

            Images without a tag and with `latest` are reported by DL3006 and DL3007. The fix adds the digest that the tag has now,
            where that is known.
            """,
            bad: Example(
                "FROM python:3.12-slim",
                inputs: CheckInputs(tags: ExampleTags([:], digests: ["python:3.12-slim": ExampleTags.digest]))),
            good: """
                FROM python:3.12.4-slim-bookworm
                """)
    ) { context in
        context.stages.compactMap { facts in
            guard case .image(let name) = facts.base, let image = KnownImage(name), image.name.digest == nil,
                let tag = image.name.tag, tag != "latest", !image.hasExactTag,
                let word = context.node(of: facts.stage)?.words.first
            else { return nil }
            var fix: Fix?
            if let base = UnpinnedBase(facts, in: context), let digest = context.inputs.tags?.digest(of: base.name) {
                fix = Fix(.sameImage, "pin the digest", edits: [base.pinning(digest)])
            }
            return Match(
                facts.stage.range, focus: word.range,
                message: "the tag \(tag) of \(image.name.path) moves: the same file builds on another base tomorrow",
                fix: fix)
        }
    }
}
