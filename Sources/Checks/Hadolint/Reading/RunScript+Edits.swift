import DockerfileSyntax

/// Edits of a script, at the places where it is written in the Dockerfile.
extension RunScript {
    /// Puts a text behind a word; nil when the script is not written as it is.
    func inserting(_ text: String, after word: ShellWord) -> TextEdit? {
        guard let place = place(word.range) else { return nil }
        return TextEdit(range: SourceRange(at: place.end), replacement: text)
    }

    /// Replaces a word that is written without quotes, escapes and line breaks; nil for any other.
    func replacing(_ word: ShellWord, with text: String) -> TextEdit? {
        guard isPlain(word), let place = place(word.range) else { return nil }
        return TextEdit(range: place, replacement: text)
    }

    /// True when a word is written just as it is meant.
    func isPlain(_ word: ShellWord) -> Bool {
        guard word.literal == word.text, script.text.text(word.range) == word.text, let place = place(word.range)
        else { return false }
        return place.count == word.range.count
    }

    /// The word of a command that names what it does: `install` of `apt-get -q install`.
    func subcommand(_ names: String..., of command: ShellCommand) -> ShellWord? {
        command.arguments.first { names.contains($0.text) && isPlain($0) }
    }

    /// Puts a command at the script's end, to be run when all before has succeeded; nil where that is not sure to work.
    func appending(_ command: String, in context: CheckContext) -> TextEdit? {
        guard script.isReadable, script.text.isWritten, let last = commands.last(where: \.isOutermost),
            !["exec", "exit", "return"].contains(last.first.text)
        else { return nil }
        if form == .heredoc { return appendingLine(command) ?? appendingToLast(command) }
        guard statement.node.heredocs.isEmpty, !script.hasLineBoundText,
            !script.operators.contains(where: { $0.kind == .background }),
            script.text.bytes[script.end...].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }),
            let end = place(0..<script.end)?.end, let start = statement.node.argumentsRange?.start
        else { return nil }
        let source = context.source
        let lines = source.lineNumber(of: start)...source.lineNumber(of: end)
        return TextEdit(
            range: SourceRange(at: end),
            replacement: RunScript.continuation(
                source, lines, escape: context.dockerfile.escape, stopsAtFailure: stopsAtFailure, command))
    }

    /// A line at the end of a heredoc whose script stops at the first failure.
    private func appendingLine(_ command: String) -> TextEdit? {
        guard let heredoc = statement.node.heredocs.first, heredoc.content.hasSuffix("\n"), stopsAtFailure,
            !script.hasLineBoundText
        else { return nil }
        return TextEdit(range: SourceRange(at: heredoc.contentRange.end), replacement: command + "\n")
    }

    /// Puts a command behind the last one of a heredoc, whose exit status is the script's: it stays so.
    private func appendingToLast(_ command: String) -> TextEdit? {
        guard !stopsAtFailure, !script.hasLineBoundText, !script.operators.contains(where: { $0.kind == .background }),
            script.text.bytes[script.end...].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }),
            let end = place(0..<script.end)?.end
        else { return nil }
        return TextEdit(range: SourceRange(at: end), replacement: " && " + command)
    }

    /// True when the script begins with `set -e`.
    private var stopsAtFailure: Bool {
        guard let first = commands.first, first.name == "set", first.isOutermost else { return false }
        return first.hasFlag("e") || first.hasFlag("o") && first.has(argument: "errexit")
    }

    /// ` && command`, on a line of its own in the style of the lines of the instruction.
    static func continuation(
        _ source: SourceText, _ lines: ClosedRange<Int>, escape: Character, stopsAtFailure: Bool, _ command: String
    ) -> String {
        guard lines.count > 1 else { return " && " + command }
        var indent = "    "
        for number in lines.dropFirst() {
            let line = source.line(number)
            let text = line.drop { $0 == " " || $0 == "\t" }
            if text.hasPrefix("&&") {
                return " \(escape)\n" + line.prefix { $0 == " " || $0 == "\t" } + "&& " + command
            }
            if !text.isEmpty, !text.hasPrefix("#"), indent == "    " {
                indent = String(line.prefix { $0 == " " || $0 == "\t" })
            }
        }
        let ends = lines.map { number in
            var text = source.line(number).trimmed
            if text.last == escape { text = text.dropLast().trimmed }
            return text
        }
        if stopsAtFailure, ends.contains(where: { $0.hasSuffix(";") && !$0.hasSuffix(";;") }) {
            return "; \(escape)\n" + indent + command
        }
        if ends.contains(where: { $0.hasSuffix("&&") }) { return " && \(escape)\n" + indent + command }
        return " \(escape)\n    && " + command
    }
}

extension ShellScript {
    /// True when the script is nothing but outermost simple commands joined by `&&`, all of which are known.
    var isChain: Bool {
        isReadable && !hasLineBoundText && operators.allSatisfy { $0.kind == .and }
            && outermostCount == commands.count { $0.isOutermost }
            && text.bytes[end...].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
