import Checks
import DockerfileSyntax

/// A checked file, as reports show it.
public struct CheckedFile: Sendable {
    /// The path as it was given.
    public var path: String
    /// The text, its findings, and why the rest could not be read.
    public var report: CheckReport

    /// Creates a checked file.
    public init(path: String, report: CheckReport) {
        self.path = path
        self.report = report
    }

    /// The findings, and behind them why the rest of the file could not be read: for systems that see nothing but the
    /// report, and would take a broken file for one without mistakes.
    var findingsAndError: [Finding] {
        guard let error = report.error else { return report.findings }
        let range = error.range ?? SourceRange(start: 0, end: 0)
        return report.findings + [
            Finding(rule: "syntax", severity: .error, message: error.description, range: range)
        ]
    }
}

/// A stretch of a file in lines and columns, both from 1; the end is behind the last character.
struct TextPlace: Hashable, Sendable {
    var line: Int
    var column: Int
    var endLine: Int
    var endColumn: Int

    init(_ range: SourceRange, in source: SourceText) {
        let start = source.position(of: range.start)
        let end = source.position(of: max(range.start, range.end))
        (line, column) = start
        (endLine, endColumn) = end
    }

    /// The place of a finding: the words it points at where they are on its line, else all that it is about.
    init(_ finding: Finding, in source: SourceText) {
        if let focus = finding.focus, source.lineNumber(of: focus.start) == source.lineNumber(of: finding.range.start) {
            self.init(focus, in: source)
        } else {
            self.init(finding.range, in: source)
        }
    }
}
