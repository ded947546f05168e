import DockerfileSyntax

extension ExecForm {
    /// The fix; nil when a shell is needed, or when the other instruction of the two would come to mean something else.
    static func fix(_ command: CommandLine, of node: SyntaxNode, name: String, in context: CheckContext) -> Fix? {
        guard let line = command.words.first, command.words.count == 1, command.files.isEmpty,
            let range = node.argumentsRange, let words = words(line)
        else { return nil }
        // A shell line as ENTRYPOINT ignores CMD; a program would get it as arguments.
        if name == "ENTRYPOINT" {
            let hasCommand = context.stages.contains { facts in
                facts.instructions.contains { if case .cmd = $0.kind { true } else { false } }
            }
            if hasCommand { return nil }
        }
        return Fix(
            .declaredChange, "write the exec form", edits: [TextEdit(range: range, replacement: json(words))])
    }
}
