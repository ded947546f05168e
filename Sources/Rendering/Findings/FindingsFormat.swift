/// The ways in which findings are written.
public enum FindingsFormat: String, CaseIterable, Sendable {
    /// For people: the line with a caret.
    case text
    /// The fixed shape that scripts read.
    case json
    /// SARIF 2.1.0, which code hosts show.
    case sarif
    /// Workflow commands of GitHub Actions.
    case github
    /// Checkstyle's XML, which many tools read.
    case checkstyle
    /// GitLab's code quality report.
    case gitlab
    /// JUnit's XML: a test per file.
    case junit
}
