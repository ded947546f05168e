import DockerfileSyntax

extension Rule {
    /// What ShellCheck says about the scripts of RUN.
    static let shellCheck = Rule.hadolint(
        "ShellCheck", "shellcheck", .warning, "ShellCheck has a remark on the script",
        Documentation(
            """
            Where the program `shellcheck` is installed, it looks at the script of every `RUN` in shell form or heredoc form, for the shell \
            that `SHELL` or a `# hadolint shell=` comment names and with the variables of `ENV` and `ARG` set. Its remarks have their own \
            names, such as `SC2086`, under which they are silenced and configured; `ShellCheck` stands for all of them. Scripts for PowerShell \
            and `cmd` are left out, and so are remarks about files that a build cannot show it (SC1090, SC1091) and about `ash` (SC2187).
            """,
            bad: Example(
                """
                FROM debian:12
                ARG dir
                RUN rm -r $dir
                """, inputs: CheckInputs(scripts: ExampleLinter())),
            good: Example(
                """
                FROM debian:12
                ARG dir
                RUN rm -r "$dir"
                """, inputs: CheckInputs(scripts: ExampleLinter())))
    ) { context in
        guard let linter = context.inputs.scripts else { return [] }
        return context.lintedScripts.flatMap { run, script in
            linter.lint(script).compactMap { remark in
                guard !leftOut.contains(remark.code) else { return nil }
                var match = run.statement.match(
                    focus: place(of: remark, in: script, run), message: remark.message)
                match.remark = (remark.code, remark.severity)
                return match
            }
        }
    }

    private static let leftOut: Set<String> = ["SC1090", "SC1091", "SC2187"]

    private static func place(of remark: ScriptRemark, in script: LintedScript, _ run: RunScript) -> SourceRange? {
        let bytes = run.script.text.bytes
        guard let start = offset(remark.line - script.headerLines, remark.column, in: bytes),
            let end = offset(remark.endLine - script.headerLines, remark.endColumn, in: bytes)
        else { return nil }
        if start < end { return run.place(start..<end) }
        return start < bytes.count ? run.place(start..<start + 1) : nil
    }

    /// The byte at a line and character, both counted from 1.
    private static func offset(_ line: Int, _ column: Int, in bytes: [UInt8]) -> Int? {
        guard line >= 1, column >= 1 else { return nil }
        var index = 0
        for _ in 1..<line {
            guard let feed = bytes[index...].firstIndex(of: 0x0A) else { return nil }
            index = feed + 1
        }
        for _ in 1..<column {
            guard index < bytes.count, bytes[index] != 0x0A else { return index }
            index += 1
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        }
        return index
    }
}

/// A linter for examples, which has an opinion on one variable.
struct ExampleLinter: ScriptLinter {
    func lint(_ script: LintedScript) -> [ScriptRemark] {
        guard script.text.hasSuffix(" $dir") else { return [] }
        let line = script.headerLines + 1
        return [
            ScriptRemark(
                code: "SC2086", severity: .info, message: "Double quote to prevent globbing and word splitting.",
                line: line, column: 7, endLine: line, endColumn: 11)
        ]
    }
}
