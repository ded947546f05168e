import Checks
import DockerfileSyntax

/// Findings for people: what and where, the line with a caret, and whether it can be fixed.
struct FindingsText {
    let style: TextStyle

    init(usesColor: Bool) { style = TextStyle(isEnabled: usesColor) }

    func text(_ files: [CheckedFile]) -> String {
        var text = ""
        for file in files {
            let renderer = DiagnosticText(source: file.report.source, usesColor: style.isEnabled)
            for finding in file.report.findings { text += self.text(finding, file, renderer) + "\n" }
        }
        return text + summary(files)
    }

    private func text(_ finding: Finding, _ file: CheckedFile, _ renderer: DiagnosticText) -> String {
        let (label, mark) = label(finding.severity)
        let source = file.report.source
        let start = TextPlace(finding, in: source)
        let place = ControlSequences.singleLine("\(file.path):\(start.line):\(start.column): ")
        var text = "\(label) \(place)\(ControlSequences.singleLine(finding.message)) [\(finding.rule)]"
        text += renderer.excerpt(finding.focus ?? finding.range, mark: mark)
        if let fix = finding.fix { text += "\n" + style.bold("fix:") + " \(fix.summary) (\(fix.kind.rawValue))" }
        return text
    }

    private func label(_ severity: Severity) -> (String, (String) -> String) {
        switch severity {
        case .error: (style.bold(style.red("error:")), style.red)
        case .warning: (style.bold(style.yellow("warning:")), style.yellow)
        case .info: (style.bold(style.cyan("info:")), style.cyan)
        case .style: (style.bold("style:"), style.bold)
        }
    }

    /// `3 findings in 2 files: 1 error, 2 warnings; 2 with a fix`; nothing when nothing was found.
    private func summary(_ files: [CheckedFile]) -> String {
        let findings = files.flatMap(\.report.findings)
        guard !findings.isEmpty else { return "" }
        let affected = files.filter { !$0.report.findings.isEmpty }.count
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.filter { $0.severity == severity }.count
            guard count > 0 else { return nil }
            switch severity {
            case .error: return counted(count, "error")
            case .warning: return counted(count, "warning")
            case .info: return "\(count) info"
            case .style: return "\(count) style"
            }
        }
        let fixable = findings.filter { $0.fix != nil }.count
        return "\(counted(findings.count, "finding")) in \(counted(affected, "file")): "
            + counts.joined(separator: ", ") + (fixable > 0 ? "; \(fixable) with a fix" : "") + "\n"
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
