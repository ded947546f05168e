import OCI

/// A secret in a file of a layer, or in the image's configuration.
public struct SecretFinding: Hashable, Sendable, Codable {
    /// The rule that found it.
    public var rule: String
    /// What it is.
    public var title: String
    /// How bad it is to have it in an image.
    public var severity: Severity
    /// The file, without a leading slash; for a setting its name, or the beginning of the instruction.
    public var path: String
    /// The line, counted from 1; 0 in a setting.
    public var line: Int
    /// What of the image's configuration has it; nil for a file.
    public var setting: Setting?
    /// The first letters and how much follows; never the secret itself.
    public var excerpt: String
    /// The layer that has it.
    public var layer: Digest?
    /// Which layer that is, the lowest being 0.
    public var layerIndex = 0
    /// The layer that deletes or replaces the file; nil when the image shows it. The secret is in the image all the same.
    public var removedBy: Digest?

    /// A part of an image's configuration.
    public enum Setting: String, Hashable, Sendable, Codable {
        /// A variable.
        case environment
        /// A label.
        case label
        /// The history: an instruction, or an argument of the build.
        case history
    }

    /// Where it is, for people: `/etc/key`, `ENV TOKEN`.
    public var place: String {
        switch setting {
        case nil: "/" + path
        case .environment: "ENV " + path
        case .label: "LABEL " + path
        case .history: "history: " + path
        }
    }

    /// A secret, before its layer is known.
    init(rule: String, title: String, severity: Severity, path: String, line: Int, excerpt: String) {
        self.rule = rule
        self.title = title
        self.severity = severity
        self.path = path
        self.line = line
        self.excerpt = excerpt
    }
}
