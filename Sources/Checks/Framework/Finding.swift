import DockerfileSyntax

/// A place where a rule says something. The rule's id and severity are added by ``Checker``.
public struct Match: Hashable, Sendable {
    /// What it is about. Its line is the finding's line; for rules that other tools have too it is their line, which is
    /// usually the first of the instruction.
    public var range: SourceRange
    /// The words to point at, when they are not all of ``range``; may be on another line.
    public var focus: SourceRange?
    /// What is wrong; nil for the rule's own ``Rule/summary``.
    public var message: String?
    /// A change that makes it right; nil when there is none that is certain.
    public var fix: Fix?
    /// The line whose comments can silence it, when that is another than the line of ``range``.
    public var silencingLine: Int?
    /// Who says it, where that is another program with names of its own, and how bad that thinks it is.
    public var remark: (id: String, severity: Severity)? {
        get { remarkID.flatMap { id in remarkSeverity.map { (id, $0) } } }
        set { (remarkID, remarkSeverity) = (newValue?.id, newValue?.severity) }
    }
    private var remarkID: String?
    private var remarkSeverity: Severity?

    /// Creates a match.
    public init(
        _ range: SourceRange, focus: SourceRange? = nil, message: String? = nil, fix: Fix? = nil,
        silencingLine: Int? = nil
    ) {
        self.range = range
        self.focus = focus
        self.silencingLine = silencingLine
        self.message = message
        self.fix = fix
    }
}

/// What a rule found in a Dockerfile.
public struct Finding: Hashable, Sendable {
    /// The rule's id: `DL3008`, `StageNameCasing`, `WT0001`; `SC2086` for what ShellCheck says.
    public var rule: String
    /// How bad it is, overrides of the configuration applied.
    public var severity: Severity
    /// One line.
    public var message: String
    /// What it is about; its first line is the finding's line.
    public var range: SourceRange
    /// The words to point at; nil for all of ``range``.
    public var focus: SourceRange?
    /// A change that makes it right.
    public var fix: Fix?

    /// Creates a finding.
    public init(
        rule: String, severity: Severity, message: String, range: SourceRange, focus: SourceRange? = nil,
        fix: Fix? = nil
    ) {
        self.rule = rule
        self.severity = severity
        self.message = message
        self.range = range
        self.focus = focus
        self.fix = fix
    }
}
