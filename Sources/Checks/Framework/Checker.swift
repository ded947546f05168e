import DockerfileSyntax

/// What was found in one file.
public struct CheckReport: Sendable {
    /// The file.
    public var source: SourceText
    /// The findings, in the order of their places.
    public var findings: [Finding]
    /// Why the file, or the rest of it behind the findings, could not be read.
    public var error: DockerfileError?

    /// Creates a report.
    public init(source: SourceText, findings: [Finding], error: DockerfileError? = nil) {
        self.source = source
        self.findings = findings
        self.error = error
    }
}

/// Applies rules to a Dockerfile.
public struct Checker: Sendable {
    private(set) var rules: [Rule]
    let configuration: CheckConfiguration

    /// Creates a checker.
    public init(configuration: CheckConfiguration = CheckConfiguration(), rules: [Rule] = Rules.all) {
        self.configuration = configuration
        self.rules = rules.filter { !configuration.ignored.contains($0.id) }
    }

    /// Checks a text.
    public func check(_ bytes: [UInt8], path: String, inputs: CheckInputs = CheckInputs()) -> CheckReport {
        do {
            let dockerfile = try Dockerfile.parse(bytes, path: path)
            return check(dockerfile, inputs: inputs)
        } catch {
            return CheckReport(source: SourceText(bytes, path: path), findings: [], error: error)
        }
    }

    /// True when what a linter says about scripts is wanted.
    public var looksAtScripts: Bool { rules.contains { $0.id == Rule.shellCheck.id } }

    /// A report with what a linter says about the scripts of the file. For linters that are asked about many files at
    /// once, after the files have been checked; see ``DockerfileScripts``.
    public func adding(_ linter: any ScriptLinter, to report: CheckReport) -> CheckReport {
        var scripts = self
        scripts.rules = rules.filter { $0.id == Rule.shellCheck.id }
        let remarks = scripts.check(
            report.source.bytes, path: report.source.path, inputs: CheckInputs(scripts: linter))
        var report = report
        report.findings = Checker.sorted(report.findings + remarks.findings)
        return report
    }

    private static func sorted(_ findings: [Finding]) -> [Finding] {
        findings.sorted { left, right in
            (left.range.start, left.rule, left.range.end, left.message)
                < (right.range.start, right.rule, right.range.end, right.message)
        }
    }

    private func check(_ dockerfile: Dockerfile, inputs: CheckInputs) -> CheckReport {
        var parsed: ParsedDockerfile
        var failure: DockerfileError?
        do {
            parsed = try dockerfile.resolve()
        } catch {
            failure = error
            parsed = dockerfile.resolveUntilError()
        }
        let context = CheckContext(
            dockerfile: dockerfile, parsed: parsed, inputs: inputs, configuration: configuration)
        let pragmas = configuration.disablesPragmas ? nil : Pragmas(dockerfile)
        let isPartial = failure != nil
        var findings: [Finding] = []
        for rule in rules where !isPartial || rule.appliesToPartialFiles {
            if rule.isExperimental, !isEnabled(rule, pragmas) { continue }
            if rule.isOffByDefault, configuration.severities[rule.id] == nil,
                !configuration.experimental.contains(rule.id)
            {
                continue
            }
            let found = self.findings(of: rule, in: context, pragmas)
            if !found.isEmpty { findings += found }
        }
        return CheckReport(source: dockerfile.source, findings: Checker.sorted(findings), error: failure)
    }

    private func isEnabled(_ rule: Rule, _ pragmas: Pragmas?) -> Bool {
        configuration.experimental.contains(rule.id) || configuration.experimental.contains("all")
            || pragmas?.enables(rule.id) == true
    }

    private func findings(of rule: Rule, in context: CheckContext, _ pragmas: Pragmas?) -> [Finding] {
        let matches = rule.check(context)
        // Most rules have nothing to say about most files.
        if matches.isEmpty { return [] }
        return matches.compactMap { match in
            let line = match.silencingLine ?? context.source.lineNumber(of: match.range.start)
            let id = match.remark?.id ?? rule.id
            if configuration.ignored.contains(id) || pragmas?.silences(rule, as: id, line: line) == true { return nil }
            var severity = configuration.severities[id] ?? match.remark?.severity ?? rule.severity
            if rule.family == .buildKit, pragmas?.turnsWarningsIntoErrors == true { severity = .error }
            return Finding(
                rule: id, severity: severity, message: match.message ?? rule.summary, range: match.range,
                focus: match.focus, fix: match.fix?.withLineEndings(of: context.source))
        }
    }
}
