/// Something to tell the author of a Dockerfile, with the place it is about.
public struct Diagnostic: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Hashable, Sendable, Codable { case error, warning, note }

    /// How bad it is.
    public var severity: Severity
    /// Name of the lint rule that found it; nil for syntax errors.
    public var rule: String?
    /// What is wrong, one line.
    public var message: String
    /// Where; nil when it is about the whole file.
    public var range: SourceRange?
    /// What to do about it.
    public var hint: String?

    /// Creates a diagnostic.
    public init(
        severity: Severity, rule: String? = nil, message: String, range: SourceRange? = nil, hint: String? = nil
    ) {
        self.severity = severity
        self.rule = rule
        self.message = message
        self.range = range
        self.hint = hint
    }
}
