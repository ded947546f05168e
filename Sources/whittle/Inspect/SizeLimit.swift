import Analysis

/// Sizes and parts as rules have them.
enum SizeLimit {
    /// `20MB`, `1.5GiB`, `4096`: decimal units, binary ones with an `i`, as dive reads them.
    static func bytes(_ text: String, option: String) throws(OptionError) -> Int64 {
        let text = text.filter { $0 != " " && $0 != "_" }
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
            "ki": 1024, "kib": 1024, "mi": 1_048_576, "mib": 1_048_576, "gi": 1_073_741_824, "gib": 1_073_741_824,
            "ti": 1_099_511_627_776, "tib": 1_099_511_627_776,
        ]
        guard let number = Double(digits), let unit = units[text.dropFirst(digits.count).lowercased()],
            number * unit < 9e18
        else { throw OptionError("\(option) \(text): expected a size such as 200MB or 64MiB") }
        return Int64(number * unit)
    }

    /// `5%` of the former size, or a size.
    static func growth(_ text: String, option: String) throws(OptionError) -> GateRules.Growth {
        guard text.hasSuffix("%") else { return .bytes(try bytes(text, option: option)) }
        guard let number = Double(text.dropLast()), number >= 0, number.isFinite else {
            throw OptionError("\(option) \(text): expected a size such as 10MB or a part such as 5%")
        }
        return .part(number / 100)
    }

    /// A part from 0 to 1.
    static func part(_ text: String, option: String) throws(OptionError) -> Double {
        guard let number = Double(text), (0...1).contains(number) else {
            throw OptionError("\(option) \(text): expected a number from 0 to 1")
        }
        return number
    }
}
