import Checks

/// Secrets in the original. They are told, not taken out: what reads them would miss them.
enum SecretNotes {
    private static let rules: Set<String> = ["SecretsUsedInArgOrEnv", "WT0010"]

    /// One for each place.
    static func find(in text: [UInt8], path: String) -> [SlimReport.Note] {
        let report = Checker(rules: Rules.all.filter { rules.contains($0.id) }).check(text, path: path)
        return report.findings.map { finding in
            SlimReport.Note(
                rule: finding.rule, line: report.source.lineNumber(of: finding.range.start), message: finding.message)
        }
    }
}
