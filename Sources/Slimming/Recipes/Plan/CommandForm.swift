import DockerfileSyntax

/// Commands that get signals: a shell that does not pass them on must not be the first process.
enum CommandForm {
    /// Gives shell-form CMD and ENTRYPOINT of the last stage the exec form.
    ///
    /// Plain words become the words of the process. What a shell has to expand stays with one, which is replaced by the
    /// program (`exec`).
    static func makeExec(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        guard canChange(view) else { return }
        for (node, keyword, line) in view.commandLines {
            guard plan.commands[node] == nil,
                let words = line.isShellForm ? line.words.first.flatMap(execWords) : replacingShell(line.words)
            else { continue }
            plan.commands[node] = "\(keyword) \(ExecForm.json(words))"
            plan.steps.append(
                situation.step("exec-form", at: node, "the process gets the stop signal itself; a shell would keep it"))
        }
    }

    /// Whether commands in shell form can be given the exec form at all.
    static func canChange(_ view: StageView) -> Bool {
        let (entrypoint, command) = view.command
        // ENTRYPOINT in shell form ignores CMD; the exec form would begin to take it as arguments.
        if let entrypoint, entrypoint.isShellForm, command != nil { return false }
        // Another SHELL has its own rules.
        let hasShell = view.final.instructions.contains { if case .shell = $0.kind { true } else { false } }
        return !hasShell || ![entrypoint, command].contains { $0?.isShellForm ?? false }
    }

    /// The exec form of a shell with one command, which takes the shell's place; nil when it does so already, or cannot.
    static func replacingShell(_ words: [String]) -> [String]? {
        guard words.count == 3, words[1] == "-c", ["sh", "bash", "ash", "dash"].contains(PathText.name(words[0])),
            !words[2].hasPrefix("exec "), ExecForm.isSimpleCommand(words[2])
        else { return nil }
        return [words[0], words[1], "exec " + words[2]]
    }

    /// The words of the exec form; nil when the command is more than one program.
    static func execWords(_ text: String) -> [String]? {
        let text = text.split(separator: "\n").joined(separator: " ")
        if let words = ExecForm.words(text) { return words }
        return ExecForm.isSimpleCommand(text) ? ["sh", "-c", "exec " + text] : nil
    }
}
