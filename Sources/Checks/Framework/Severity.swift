/// How bad a finding is. The order is that of the weight: an error is the greatest.
public enum Severity: String, CaseIterable, Hashable, Sendable, Codable, Comparable {
    case style, info, warning, error

    private var weight: Int {
        switch self {
        case .style: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// True when the left one weighs less.
    public static func < (left: Severity, right: Severity) -> Bool { left.weight < right.weight }
}
