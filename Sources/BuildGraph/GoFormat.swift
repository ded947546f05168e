/// The texts of history entries, which Docker writes with Go's `%q` and `%v`; tools that read images parse them.
enum GoFormat {
    /// `%q` of a string list: `["a" "b"]`.
    static func quoted(_ list: [String]) -> String {
        "[" + list.map(quoted).joined(separator: " ") + "]"
    }

    /// `%v` of a string list: `[a b]`.
    static func plain(_ list: [String]) -> String {
        "[" + list.joined(separator: " ") + "]"
    }

    /// `%q` of one string: a Go string literal.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0c}": result += "\\f"
            case "\u{0b}": result += "\\v"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    result += "\\x" + hex(scalar.value, width: 2)
                } else if scalar == " " || scalar.properties.isPrintable {
                    result.unicodeScalars.append(scalar)
                } else if scalar.value <= 0xffff {
                    result += "\\u" + hex(scalar.value, width: 4)
                } else {
                    result += "\\U" + hex(scalar.value, width: 8)
                }
            }
        }
        return result + "\""
    }

    private static func hex(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
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

extension Unicode.Scalar.Properties {
    /// What Go's strconv.IsPrint accepts: letters, marks, numbers, punctuation, symbols and the ASCII space.
    fileprivate var isPrintable: Bool {
        switch generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
