import DockerfileSyntax

/// Two RUN instructions made one.
enum RunJoining {
    /// Commands that change the shell itself, or leave something running, which the next command would notice.
    private static let leavesTraces: Set<String> = [
        ".", "alias", "bash", "cd", "declare", "eval", "exec", "exit", "export", "local", "nohup", "popd", "pushd",
        "read", "readonly", "return", "service", "set", "shift", "shopt", "source", "supervisord", "systemctl", "trap",
        "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    ]

    /// Joins an instruction to the one in front of it; nil when that could make a difference. Comments between the two
    /// stay where they are.
    static func fix(_ first: RunScript, _ second: RunScript, _ context: CheckContext) -> Fix? {
        guard isSimple(first), isSimple(second), let end = first.place(0..<first.script.end)?.end,
            end == first.statement.range.end, let start = second.statement.node.argumentsRange?.start
        else { return nil }
        let source = context.source
        let escape = context.dockerfile.escape
        // Empty lines go: behind an escape character they are on their way to becoming errors.
        var between = ""
        let firstLine = source.lineNumber(of: end)
        let lastLine = source.lineNumber(of: second.statement.range.start)
        guard lastLine > firstLine else { return nil }
        for number in firstLine + 1..<lastLine {
            let line = source.line(number)
            if line.trimmed.isEmpty { continue }
            guard line.trimmed.hasPrefix("#") else { return nil }
            between += line + "\n"
        }
        return Fix(
            .sameFiles, "join it to the RUN above",
            edits: [
                TextEdit(
                    range: SourceRange(start: end, end: start), replacement: " \(escape)\n\(between)    && ")
            ])
    }

    /// True for a single command, or commands joined by `&&`, that leave nothing behind in the shell.
    private static func isSimple(_ run: RunScript) -> Bool {
        run.form == .shell && run.statement.node.heredocs.isEmpty && run.script.isChain && run.script.text.isWritten
            && run.commands.allSatisfy { !leavesTraces.contains($0.first.text) }
            && run.script.text.bytes.first != UInt8(ascii: "!")
    }
}
