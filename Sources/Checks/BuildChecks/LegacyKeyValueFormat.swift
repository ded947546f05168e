import DockerfileSyntax

extension Rule {
    /// Legacy key/value format with whitespace separator should not be used.
    static let legacyKeyValueFormat = Rule(
        "LegacyKeyValueFormat", name: "legacy-key-value-format", family: .buildKit, severity: .warning,
        summary: "Legacy key/value format with whitespace separator should not be used",
        documentation: Documentation(
            """
            `ENV NAME value` takes the rest of the line for one value, quotes or not, and cannot set two variables. The form with `=` is plain.
            """,
            bad: """
                FROM alpine
                ENV GREETING hello world
                """,
            good: """
                FROM alpine
                ENV GREETING="hello world"
                """)
    ) { context in
        context.instructions.compactMap { instruction in
            let pairs: [KeyValue]
            switch instruction.kind {
            case .env(let values), .label(let values): pairs = values
            default: return nil
            }
            guard pairs.contains(where: \.isSpaceSeparated), let node = context.node(of: instruction) else {
                return nil
            }
            let name = node.keyword.text
            return Match(
                instruction.range,
                message: "\"\(name) key=value\" should be used instead of legacy \"\(name) key value\" format",
                fix: separatorFix(node))
        }
    }

    /// The pair with `=`, where its value means the same as one word.
    private static func separatorFix(_ node: SyntaxNode) -> Fix? {
        guard node.words.count == 3 else { return nil }
        let (key, value, separator) = (node.words[0], node.words[1], node.words[2])
        guard let written = oneWord(value.text), !key.text.contains("\\") else { return nil }
        return Fix(
            .sameImage, "write key=value",
            edits: [
                TextEdit(
                    range: SourceRange(start: separator.range.start, end: max(value.range.end, separator.range.end)),
                    replacement: "=" + written)
            ])
    }

    /// The value as one word; nil when quotes or escapes in it would come to mean something else.
    private static func oneWord(_ value: String) -> String? {
        let special: (Character) -> Bool = { "\"'\\`".contains($0) }
        if !value.contains(where: special) {
            let needsQuotes = value.isEmpty || value.contains { $0 == " " || $0 == "\t" || $0 == "#" }
            return needsQuotes ? "\"\(value)\"" : value
        }
        guard value.count >= 2, let first = value.first, first == value.last, first == "\"" || first == "'",
            !value.dropFirst().dropLast().contains(where: special)
        else { return nil }
        return value
    }
}
