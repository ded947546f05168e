/// How bad a vulnerability is.
public enum Severity: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
    /// Nobody has said.
    case unknown = "UNKNOWN"
    /// Low, or negligible.
    case low = "LOW"
    /// Medium.
    case medium = "MEDIUM"
    /// High.
    case high = "HIGH"
    /// Critical.
    case critical = "CRITICAL"

    /// Unknown first, critical last.
    public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .unknown: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }

    /// The level of a CVSS score, as the standard's qualitative scale has it.
    public init(score: Double) {
        switch score {
        case ..<0.1: self = .low
        case ..<4: self = .low
        case ..<7: self = .medium
        case ..<9: self = .high
        default: self = .critical
        }
    }

    /// The level in the words of an advisory's source; nil for words that say nothing.
    public init?(label: String) {
        switch label.lowercased() {
        case "critical": self = .critical
        case "high", "important": self = .high
        case "medium", "moderate": self = .medium
        case "low", "unimportant", "negligible", "minor", "none": self = .low
        default: return nil
        }
    }
}
