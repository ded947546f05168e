import DockerfileSyntax

/// The shapes that most of hadolint's rules have.
extension Rule {
    /// A rule that looks at the file as written.
    static func hadolint(
        _ id: String, _ name: String, _ severity: Severity, _ summary: String, _ documentation: Documentation,
        isOffByDefault: Bool = false, check: @escaping @Sendable (CheckContext) -> [Match]
    ) -> Rule {
        Rule(
            id, name: name, family: .hadolint, severity: severity, summary: summary, documentation: documentation,
            isOffByDefault: isOffByDefault, appliesToPartialFiles: true, check: check)
    }

    /// A rule about instructions of one kind.
    static func hadolint(
        _ id: String, _ name: String, _ severity: Severity, _ summary: String, _ documentation: Documentation,
        each kind: Statement.Kind, triggers: Bool = false,
        check: @escaping @Sendable (Statement, CheckContext) -> Match?
    ) -> Rule {
        hadolint(id, name, severity, summary, documentation) { context in
            context.statements.of(kind, triggers: triggers).compactMap { check($0, context) }
        }
    }

    /// A rule about commands in RUN: those of the named programs, or all when none are named. There is one finding for
    /// all commands of a RUN that violate it; its fix is all their fixes together.
    static func hadolint(
        _ id: String, _ name: String, _ severity: Severity, _ summary: String, _ documentation: Documentation,
        commands programs: [String], triggers: Bool = true,
        fix: (
            kind: FixClass, summary: String, edits: @Sendable (ShellCommand, RunScript, CheckContext) -> [TextEdit]
        )? =
            nil,
        violates: @escaping @Sendable (ShellCommand, RunScript) -> Bool
    ) -> Rule {
        hadolint(id, name, severity, summary, documentation) { context in
            context.runs.compactMap { run in
                guard triggers || !run.statement.isTrigger, programs.isEmpty || run.starts(programs) else { return nil }
                let found = run.commands.filter {
                    (programs.isEmpty || programs.contains($0.name)) && violates($0, run)
                }
                return run.match(found, fix.map { ($0.kind, $0.summary, $0.edits) }, in: context)
            }
        }
    }
}

extension RunScript {
    /// One match for some commands of this RUN; nil when there are none. With `once`, the fix is that of the first
    /// command alone.
    func match(
        _ found: [ShellCommand], message: String? = nil,
        _ fix: (kind: FixClass, summary: String, edits: (ShellCommand, RunScript, CheckContext) -> [TextEdit])?,
        once: Bool = false, in context: CheckContext
    ) -> Match? {
        guard let first = found.first else { return nil }
        let edits =
            fix.map { fix in found.prefix(once ? 1 : found.count).flatMap { fix.edits($0, self, context) } } ?? []
        return statement.match(
            focus: place(first.range), message: message,
            fix: edits.isEmpty ? nil : fix.map { Fix($0.kind, $0.summary, edits: edits) })
    }
}
