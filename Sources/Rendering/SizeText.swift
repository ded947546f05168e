/// Sizes for people.
public enum SizeText {
    /// In decimal units with three digits, as Docker and the registries count: `12 B`, `4.21 kB`, `148 MB`.
    public static func decimal(_ bytes: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        guard bytes >= 1000 else { return "\(bytes) B" }
        var value = Double(bytes)
        var unit = 0
        // What would be rounded to 1000 goes up a unit.
        while value >= 999.5, unit + 1 < units.count {
            value /= 1000
            unit += 1
        }
        let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return "\(fixed(value, decimals)) \(units[unit])"
    }

    /// In whole megabytes with separators, for comparisons: `1,100 MB`; smaller things with the digits they need.
    public static func megabytes(_ bytes: Int64) -> String {
        guard bytes >= 10_000_000 else { return decimal(bytes) }
        return grouped((bytes + 500_000) / 1_000_000) + " MB"
    }

    /// A number with a comma before each group of three digits.
    public static func grouped(_ number: Int64) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A number with so many decimals.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let scaled = Int64((value.magnitude * factor).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % Int64(factor))
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(sign)\(scaled / Int64(factor)).\(zeros)\(fraction)"
    }
}
