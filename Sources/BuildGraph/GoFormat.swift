import DockerfileSyntax

/// The texts of history entries, which Docker writes with Go's `%q` and `%v`; tools that read images parse them.
enum GoFormat {
    /// `%q` of a string list: `["a" "b"]`.
    static func quoted(_ list: [String]) -> String {
        "[" + list.map { DockerfileSyntax.quoted($0) }.joined(separator: " ") + "]"
    }

    /// `%v` of a string list: `[a b]`.
    static func plain(_ list: [String]) -> String {
        "[" + list.joined(separator: " ") + "]"
    }

    /// A duration in nanoseconds as Go prints it: `1m30s`, `1.5s`, `200ms`, `0s`.
    static func duration(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let total = nanoseconds.magnitude
        if total < 1_000 { return "\(sign)\(total)ns" }
        if total < 1_000_000 { return sign + fraction(total, unit: 1_000) + "µs" }
        if total < 1_000_000_000 { return sign + fraction(total, unit: 1_000_000) + "ms" }
        let hours = total / 3_600_000_000_000
        let minutes = total / 60_000_000_000 % 60
        let seconds = fraction(total % 60_000_000_000, unit: 1_000_000_000) + "s"
        if hours > 0 { return "\(sign)\(hours)h\(minutes)m\(seconds)" }
        if minutes > 0 { return "\(sign)\(minutes)m\(seconds)" }
        return sign + seconds
    }

    private static func fraction(_ value: UInt64, unit: UInt64) -> String {
        let rest = value % unit
        if rest == 0 { return "\(value / unit)" }
        let width = String(unit).count - 1
        var digits = String(rest)
        digits = String(repeating: "0", count: width - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(value / unit).\(digits)"
    }
}
