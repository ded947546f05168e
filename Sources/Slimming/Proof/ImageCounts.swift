/// What is counted in an image besides its bytes.
public struct ImageCounts: Sendable {
    /// Packages that it shows, each once.
    public var packages: Int
    /// Known vulnerabilities by severity; nil when nobody looked.
    public var findings: [String: Int]?

    /// What was counted.
    public init(packages: Int, findings: [String: Int]? = nil) {
        self.packages = packages
        self.findings = findings
    }
}
