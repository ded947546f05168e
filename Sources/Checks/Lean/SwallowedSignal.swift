import DockerfileSyntax

extension Rule {
    /// The program is started by a shell that keeps SIGTERM to itself.
    static let swallowedSignal = Rule(
        "WT0013", name: "swallowed-sigterm", family: .whittle, severity: .warning,
        summary: "the program is started by a shell that keeps SIGTERM to itself",
        documentation: Documentation(
            """
            In the form without brackets, `/bin/sh -c` is the container's first process. `docker stop` and Kubernetes send it SIGTERM,
            which it does not pass on; ten seconds later the program is killed in the middle of its work. Write the words in brackets,
            or begin the line with `exec` where a shell is needed for variables.

            `bash` and the shell of busybox become the command where the line is nothing but one, without being asked. So on Alpine,
            Fedora and their like, and where `SHELL` names `bash`, only lines with more to them are found.

            The fix writes the brackets where the line holds nothing that only a shell understands, else `exec` in front of a single
            command.
            """,
            bad: """
                FROM debian:12-slim
                CMD httpd -f -p $PORT
                """,
            good: """
                FROM debian:12-slim
                CMD exec httpd -f -p $PORT
                """,
            declaredChange: "The program is the container's first process in place of a shell.",
            declares: Declaration(fields: [.command, .entrypoint]))
    ) { context in
        guard let facts = context.finalStage else { return [] }
        return startInstructions(facts, context).compactMap { instruction, command, name in
            guard let node = context.node(of: instruction) else { return nil }
            guard let (line, range) = shellLine(command, node), !isHandled(line),
                !becomes(line, yieldingShell(shell(of: instruction, command, context), facts, context))
            else { return nil }
            var fix = command.isShellForm ? ExecForm.fix(command, of: node, name: name, in: context) : nil
            // What looks like a list is meant to be one.
            if fix == nil, ExecForm.isSimpleCommand(line), !line.hasPrefix("["), let range {
                fix = Fix(
                    .declaredChange, "let exec replace the shell",
                    edits: [TextEdit(range: SourceRange(at: range.start), replacement: "exec ")])
            }
            return Match(
                instruction.range,
                message: "\(name) starts the program by a shell that keeps SIGTERM to itself: stopping takes until the "
                    + "program is killed", fix: fix)
        }
    }

    /// The ENTRYPOINT, or else the CMD, that counts; CMD also when ENTRYPOINT is in brackets would only be its arguments.
    private static func startInstructions(
        _ facts: StageFacts, _ context: CheckContext
    ) -> [(Instruction, CommandLine, String)] {
        var entrypoint: (Instruction, CommandLine, String)?
        var command: (Instruction, CommandLine, String)?
        for stage in context.fact(StageGraph.self).chain(of: facts.index).reversed() {
            for instruction in stage.instructions {
                switch instruction.kind {
                case .entrypoint(let line): entrypoint = (instruction, line, "ENTRYPOINT")
                case .cmd(let line): command = (instruction, line, "CMD")
                default: break
                }
            }
        }
        return [entrypoint ?? command].compactMap { $0 }
    }

    /// The line that a shell reads, and where it is written if as it is.
    private static func shellLine(_ command: CommandLine, _ node: SyntaxNode) -> (String, SourceRange?)? {
        if command.isShellForm { return command.words.first.map { ($0, node.argumentsRange) } }
        let shells = ["sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash", "/usr/bin/bash"]
        guard command.words.count == 3, shells.contains(command.words[0]), command.words[1] == "-c" else { return nil }
        let word = node.words.count == 3 ? node.words[2] : nil
        return (command.words[2], word.map { SourceRange(start: $0.range.start + 1, end: $0.range.end - 1) })
    }

    /// The shell that reads the line; nil for the image's `/bin/sh`.
    private static func shell(
        of instruction: Instruction, _ command: CommandLine, _ context: CheckContext
    ) -> String? {
        let words = command.isShellForm ? context.fact(Evaluation.self)[instruction]?.state.shell : command.words
        return words?.first
    }

    /// True when the shell becomes the one command of a line.
    private static func becomes(_ line: String, _ shell: KnownImage.YieldingShell?) -> Bool {
        switch shell {
        case .bash: return ExecForm.isSimpleCommand(line)
        case .busybox:
            let script = ShellScript(ScriptText(line))
            return script.isChain && script.operators.isEmpty && script.outermostCount == 1
        case nil: return false
        }
    }

    private static func yieldingShell(
        _ shell: String?, _ facts: StageFacts, _ context: CheckContext
    ) -> KnownImage.YieldingShell? {
        switch shell.map(ArchiveName.last) {
        case "bash": return .bash
        case "ash": return .busybox
        case "sh", nil:
            let image = context.fact(StageGraph.self).image(under: facts.index)
            return image.flatMap(KnownImage.init)?.yieldingShell
        default: return nil
        }
    }

    /// True when the line says that the shell steps aside, or when there is more to it than a line can show.
    private static func isHandled(_ line: String) -> Bool {
        line.hasPrefix("exec ") || line.contains(" exec ") || line.contains("trap ") || line.contains("tini ")
            || line.contains("dumb-init ") || line.isEmpty
    }
}
