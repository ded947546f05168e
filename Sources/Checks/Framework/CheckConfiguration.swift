/// What the author or the command line has decided about rules.
public struct CheckConfiguration: Sendable, Hashable {
    /// Rules that are not applied.
    public var ignored: Set<String> = []
    /// Severities other than the rules' own.
    public var severities: [String: Severity] = [:]
    /// Experimental rules that are wanted; `all` for all of them.
    public var experimental: Set<String> = []
    /// Comments that silence rules are not heeded.
    public var disablesPragmas = false
    /// Registries that images may come from; empty for any. Patterns may begin or end with `*`.
    public var trustedRegistries: [String] = []
    /// Labels that are known, and what their values must be.
    public var labelSchema: [String: LabelKind] = [:]
    /// No label that is not in ``labelSchema`` is allowed.
    public var strictLabels = false

    /// What a label's value must be.
    public enum LabelKind: String, Sendable, Hashable, CaseIterable {
        case text, rfc3339, semver, url, spdx, email
        case hash
    }

    /// Creates the configuration without decisions.
    public init() {}
}
