import DockerfileSyntax

/// A FROM that names an image in so many words and without a digest: one that a digest can be added to.
public struct UnpinnedBase: Sendable {
    /// The stage that begins with it, by its index.
    public let stage: Int
    /// The image's name as it is written, with its tag.
    public let name: String
    private let end: Int

    /// Nil for a stage that begins with another stage, with nothing, with a variable or with a digest.
    init?(_ facts: StageFacts, in context: CheckContext) {
        guard case .image(let name) = facts.base, let image = ImageNameText(name), image.digest == nil, image.isValid,
            let word = context.node(of: facts.stage)?.words.first, word.text == name
        else { return nil }
        stage = facts.index
        self.name = name
        end = word.range.end
    }

    /// Nil for a COPY from a stage, from the context, or from what a variable or a digest names.
    private init?(_ instruction: Instruction, stage: Int, in context: CheckContext) {
        guard case .copy(let copy) = instruction.kind, let name = copy.from, !name.contains("$"), Int(name) == nil,
            !context.stages.prefix(stage).contains(where: { $0.stage.name == name.lowercased() }),
            let image = ImageNameText(name), image.digest == nil, image.isValid,
            let node = instruction.nodeIndex,
            let range = context.dockerfile.nodes[node].flags.first(where: { $0.name == "from" })?.valueRange
        else { return nil }
        self.stage = stage
        self.name = name
        end = range.end
    }

    /// The edit that adds a digest behind the tag.
    public func pinning(_ digest: String) -> TextEdit {
        TextEdit(range: SourceRange(at: end), replacement: "@" + digest)
    }

    /// Those of a file, in order.
    public static func all(in context: CheckContext) -> [UnpinnedBase] {
        context.stages.compactMap { UnpinnedBase($0, in: context) }
    }

    /// Images that files are copied from by a name without a digest, in order.
    public static func copied(in context: CheckContext) -> [UnpinnedBase] {
        context.stages.flatMap { facts in
            facts.stage.instructions.compactMap { UnpinnedBase($0, stage: facts.index, in: context) }
        }
    }
}
