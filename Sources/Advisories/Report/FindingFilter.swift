/// Which findings are shown, and which of them are a reason to fail.
public struct FindingFilter: Sendable {
    /// Only these severities; all when nil.
    public var severities: Set<Severity>?
    /// Leave out what no newer version fixes.
    public var ignoresUnfixed = false
    /// VEX statements.
    public var vex = VEXStatements()
    /// Ignore files.
    public var ignoreFiles: [IgnoreFile] = []

    /// A filter that lets everything through.
    public init() {}

    /// Puts findings into a report: those that count, and those that somebody has said do not.
    public func apply(_ findings: [Finding], to report: inout ScanReport) {
        let (image, time) = (report.image, report.time)
        for var finding in findings where shows(finding) {
            let ignored = ignoreFiles.lazy.compactMap { [finding] in $0.suppression(of: finding, now: time) }.first
            finding.suppression = ignored ?? vex.suppression(of: finding, in: image)
            if finding.suppression == nil { report.findings.append(finding) } else { report.suppressed.append(finding) }
        }
    }

    /// Puts secrets into a report, unless they are ignored.
    public func apply(_ secrets: [SecretFinding], to report: inout ScanReport) {
        let time = report.time
        report.secrets += secrets.filter { secret in
            guard severities?.contains(secret.severity) ?? true else { return false }
            return !ignoreFiles.contains {
                $0.suppression(ofRule: secret.rule, path: secret.path, now: time) != nil
            }
        }
    }

    private func shows(_ finding: Finding) -> Bool {
        if let severities, !severities.contains(finding.severity) { return false }
        return !ignoresUnfixed || finding.fixedVersion != nil
    }
}

/// A reason to fail besides the severity: that a vulnerability is exploited, or likely to be.
public enum FailureCondition: Hashable, Sendable {
    /// It is in the catalogue of known exploited vulnerabilities.
    case exploited
    /// Its EPSS score is at least this.
    case probability(Double)

    /// Reads `kev` or `epss>=0.5`; nil for anything else.
    public init?(_ text: String) {
        let text = text.lowercased().filter { $0 != " " }
        if text == "kev" {
            self = .exploited
            return
        }
        guard text.hasPrefix("epss>="), let value = Double(text.dropFirst(6)), (0...1).contains(value) else {
            return nil
        }
        self = .probability(value)
    }

    /// Is it met?
    public func isMet(by finding: Finding) -> Bool {
        switch self {
        case .exploited: finding.exploited != nil
        case .probability(let value): finding.probability.map { $0.score >= value } ?? false
        }
    }
}
