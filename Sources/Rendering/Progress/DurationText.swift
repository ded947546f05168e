/// Durations for people.
enum DurationText {
    /// Seconds with so many decimals: `0.1`, `12.345`.
    static func seconds(_ duration: Duration, decimals: Int = 1) -> String {
        let parts = max(.zero, duration).components
        var unit: Int64 = 1_000_000_000_000_000_000
        for _ in 0..<decimals { unit /= 10 }
        let fraction = String(parts.attoseconds / unit)
        let zeros = String(repeating: "0", count: max(0, decimals - fraction.count))
        return decimals == 0 ? String(parts.seconds) : "\(parts.seconds).\(zeros)\(fraction)"
    }

    /// `4.2s`, `3m 12s`, `1h 02m 03s`: as much as a glance takes in.
    static func brief(_ duration: Duration) -> String {
        let total = max(.zero, duration).components.seconds
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }
        return switch total {
        case ..<60: seconds(duration) + "s"
        case ..<3600: "\(total / 60)m \(two(total % 60))s"
        default: "\(total / 3600)h \(two(total / 60 % 60))m \(two(total % 60))s"
        }
    }
}
