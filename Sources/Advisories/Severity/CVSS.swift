/// A CVSS vector with its base score.
public struct CVSS: Hashable, Sendable {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    public let version: String
    /// As it was published.
    public let vector: String
    /// The base score, 0 to 10. Other metrics of the vector do not count.
    public let score: Double

    /// Reads a vector and computes its score; nil for what is no complete vector.
    public init?(_ vector: String) {
        guard vector.utf8.count <= 512 else { return nil }
        var parts = vector.split(separator: "/").map(String.init)
        var version = "2.0"
        if let first = parts.first, first.hasPrefix("CVSS:") {
            version = String(first.dropFirst(5))
            parts.removeFirst()
        }
        var metrics: [String: String] = [:]
        for part in parts {
            guard let colon = part.firstIndex(of: ":") else { return nil }
            // A metric stands once.
            guard metrics.updateValue(String(part[part.index(after: colon)...]), forKey: String(part[..<colon])) == nil
            else { return nil }
        }
        let score: Double? =
            switch version {
            case "2.0": CVSS2.baseScore(metrics)
            case "3.0", "3.1": CVSS3.baseScore(metrics, version: version)
            case "4.0": CVSS4.baseScore(metrics)
            default: nil
            }
        guard let score else { return nil }
        self.version = version
        self.vector = vector
        self.score = score
    }

    /// The vector that counts: the newest version of the standard, and of those the highest score.
    static func best(of vectors: [String]) -> CVSS? {
        vectors.compactMap(CVSS.init).max { ($0.version, $0.score) < ($1.version, $1.score) }
    }
}
