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

    /// The edit that adds a digest behind the tag.
    public func pinning(_ digest: String) -> TextEdit {
        TextEdit(range: SourceRange(at: end), replacement: "@" + digest)
    }

    /// Those of a file, in order.
    public static func all(in context: CheckContext) -> [UnpinnedBase] {
        context.stages.compactMap { UnpinnedBase($0, in: context) }
    }
}
