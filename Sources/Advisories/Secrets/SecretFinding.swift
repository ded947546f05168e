import OCI

/// A secret in a file of a layer.
public struct SecretFinding: Hashable, Sendable, Codable {
    /// The rule that found it.
    public var rule: String
    /// What it is.
    public var title: String
    /// How bad it is to have it in an image.
    public var severity: Severity
    /// The file, without a leading slash.
    public var path: String
    /// The line, counted from 1.
    public var line: Int
    /// The first letters and how much follows; never the secret itself.
    public var excerpt: String
    /// The layer that has it.
    public var layer: Digest?
    /// Which layer that is, the lowest being 0.
    public var layerIndex = 0
    /// The layer that deletes or replaces the file; nil when the image shows it. The secret is in the image all the same.
    public var removedBy: Digest?

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
