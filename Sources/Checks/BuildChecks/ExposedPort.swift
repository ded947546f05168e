import DockerfileSyntax

/// One word of EXPOSE, `[ip:[host]:]container[/protocol]`, after expansion.
struct ExposedPort {
    let instruction: Instruction
    /// Where the word is written.
    let range: SourceRange
    /// The word, expanded.
    let text: String
    /// The port or ports of the container.
    let container: String
    /// As written; empty when it is not.
    let proto: String
    /// An address or a port of the host is named.
    let hasHost: Bool
    private let isWrittenSo: Bool

    /// All words of all EXPOSE instructions.
    static func all(in context: CheckContext) -> [ExposedPort] { context.fact(ExposedPorts.self).all }

    fileprivate static func find(in context: CheckContext) -> [ExposedPort] {
        guard !context.statements.of(.expose).isEmpty else { return [] }
        let expander = WordExpander(escape: context.parsed.escape)
        let evaluation = context.fact(Evaluation.self)
        return context.instructions.flatMap { instruction -> [ExposedPort] in
            guard case .expose = instruction.kind, let node = context.node(of: instruction) else { return [] }
            let environment = evaluation[instruction]?.state.environment ?? [:]
            return node.words.flatMap { word -> [ExposedPort] in
                guard let words = try? expander.split(word.text, environment).words else { return [] }
                return words.map {
                    ExposedPort($0.text, instruction, word.range, isWrittenSo: $0.text == word.text)
                }
            }
        }
    }

    private init(_ text: String, _ instruction: Instruction, _ range: SourceRange, isWrittenSo: Bool) {
        self.text = text
        self.instruction = instruction
        self.range = range
        self.isWrittenSo = isWrittenSo
        var rest = Substring(text)
        if let colon = rest.lastIndex(of: ":") {
            hasHost = colon != rest.startIndex
            rest = rest[rest.index(after: colon)...]
        } else {
            hasHost = false
        }
        let slash = rest.firstIndex(of: "/")
        container = String(rest[..<(slash ?? rest.endIndex)])
        proto = slash.map { String(rest[rest.index(after: $0)...]) } ?? ""
    }

    /// Another word in its place; nil when the word is made of variables.
    func replacing(with word: String, _ summary: String) -> Fix? {
        guard isWrittenSo, !container.isEmpty else { return nil }
        return Fix(.sameImage, summary, edits: [TextEdit(range: range, replacement: word)])
    }
}

/// The words of a file's EXPOSE instructions.
private struct ExposedPorts: Fact {
    let all: [ExposedPort]

    init(_ context: CheckContext) { all = ExposedPort.find(in: context) }
}
