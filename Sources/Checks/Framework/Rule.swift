/// One lint rule: what it is called, what it looks for, and the page that explains it.
///
/// Never changes once made. A class, so that going through a hundred rules for each file does not copy their pages.
public final class Rule: Sendable {
    /// Where a rule's number or name comes from; decides which comments silence it.
    public enum Family: String, Hashable, Sendable {
        /// BuildKit's build checks.
        case buildKit
        /// hadolint's rules.
        case hadolint
        /// Our own.
        case whittle
    }

    /// `DL3008`, `StageNameCasing`, `WT0001`. Unique, and never given to another rule.
    public let id: String
    /// A few words in lower case joined by dashes, for people: `pin-apt-packages`.
    public let name: String
    /// Where the rule comes from.
    public let family: Family
    /// Its severity when nothing else is configured.
    public let severity: Severity
    /// What is wrong, one line: the message of a finding that has none of its own.
    public let summary: String
    /// The page about it; its examples are the rule's tests.
    public let documentation: Documentation
    /// Off unless a `# check=experimental=` directive or the configuration asks for it.
    public let isExperimental: Bool
    /// Off unless the configuration gives it a severity or asks for it by its id.
    public let isOffByDefault: Bool
    /// Looks only at one instruction after the other, so that it also applies to the part of a file in front of an
    /// instruction that cannot be read.
    public let appliesToPartialFiles: Bool
    /// False for the checks that BuildKit makes of the file as a whole: a `# check=skip=` above an instruction does not
    /// silence them, only the directive at the top.
    public let heedsLocalDirectives: Bool
    /// Looks for violations. Pure: the same context gives the same matches, in any order.
    public let check: @Sendable (CheckContext) -> [Match]

    /// Creates a rule. One file per rule, as `extension Rule { static let name = Rule(…) }`, and its name in the list of
    /// its family.
    public init(
        _ id: String, name: String, family: Family, severity: Severity, summary: String, documentation: Documentation,
        isExperimental: Bool = false, isOffByDefault: Bool = false, appliesToPartialFiles: Bool = false,
        heedsLocalDirectives: Bool = true, check: @escaping @Sendable (CheckContext) -> [Match]
    ) {
        self.id = id
        self.name = name
        self.family = family
        self.severity = severity
        self.summary = summary
        self.documentation = documentation
        self.isExperimental = isExperimental
        self.isOffByDefault = isOffByDefault
        self.appliesToPartialFiles = appliesToPartialFiles
        self.heedsLocalDirectives = heedsLocalDirectives
        self.check = check
    }
}

/// The text of a rule's page.
public struct Documentation: Sendable {
    /// Why it matters and what to do: a paragraph or more of Markdown, without a heading.
    public var text: String
    /// A Dockerfile that the rule complains about. Where the rule has a fix, it is applied to this in the tests, and the
    /// rule must be content then.
    public var bad: Example
    /// The same, right: no finding of this rule.
    public var good: Example
    /// What the fix declares to change; nil when the rule has no fix or its fix changes nothing.
    public var declaredChange: String?
    /// The same, as it is verified.
    public var declares: Declaration

    /// Creates a page.
    public init(
        _ text: String, bad: Example, good: Example, declaredChange: String? = nil,
        declares: Declaration = Declaration()
    ) {
        self.text = text
        self.bad = bad
        self.good = good
        self.declaredChange = declaredChange
        self.declares = declares
    }
}

/// A Dockerfile of a rule's page, and what else the rule must know to judge it.
public struct Example: Sendable, ExpressibleByStringLiteral {
    /// The text.
    public var dockerfile: String
    /// What the rule is told about the world around the file.
    public var inputs: CheckInputs
    /// The configuration it needs, for rules that do nothing without one.
    public var configuration: CheckConfiguration

    /// Creates an example.
    public init(
        _ dockerfile: String, inputs: CheckInputs = CheckInputs(),
        configuration: CheckConfiguration = CheckConfiguration()
    ) {
        self.dockerfile = dockerfile
        self.inputs = inputs
        self.configuration = configuration
    }

    /// An example that needs nothing but its text.
    public init(stringLiteral text: String) { self.init(text) }
}
