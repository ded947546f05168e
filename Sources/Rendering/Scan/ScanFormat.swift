import Advisories

/// The forms in which a scan's result can be had.
public enum ScanFormat: String, Sendable, CaseIterable {
    /// For people at a terminal.
    case table
    /// For scripts.
    case json
    /// For code scanning.
    case sarif
    /// The packages and their vulnerabilities as a CycloneDX document.
    case cyclonedx = "cyclonedx-json"
    /// For comments on changes.
    case markdown
    /// A page of its own.
    case html
}

/// A scan's result in one of the forms.
public struct ScanText: Sendable {
    /// Findings that somebody has said do not count are shown, too, marked as such.
    public var showsSuppressed = false
    /// The program's version.
    public var version: String

    /// Renders results of a version of the program.
    public init(version: String, showsSuppressed: Bool = false) {
        self.version = version
        self.showsSuppressed = showsSuppressed
    }

    /// The result.
    public func text(_ report: ScanReport, _ format: ScanFormat) throws -> String {
        switch format {
        case .table: ScanTable(report, showsSuppressed: showsSuppressed).text
        case .json: try ScanJSON(report, showsSuppressed: showsSuppressed).text
        case .sarif: try ScanSARIF(report, showsSuppressed: showsSuppressed, version: version).text
        case .cyclonedx: try ScanCycloneDX(report, version: version).text
        case .markdown: ScanMarkdown(report, showsSuppressed: showsSuppressed).text
        case .html: ScanPage(report, showsSuppressed: showsSuppressed).text
        }
    }
}
