/// What is counted in an image.
public struct ImageCounts: Sendable {
    /// Bytes of the layers' tars.
    public var size: Int64
    /// Packages that it shows, each once.
    public var packages: Int
    /// Known vulnerabilities by severity; nil when nobody looked.
    public var findings: [String: Int]?

    /// What was counted.
    public init(size: Int64, packages: Int, findings: [String: Int]? = nil) {
        self.size = size
        self.packages = packages
        self.findings = findings
    }
}
