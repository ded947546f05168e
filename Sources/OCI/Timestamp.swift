import Glibc

/// RFC 3339 time stamps in UTC, from and to seconds since 1970; their order is that of their text.
public enum Timestamp {
    /// The present, in seconds since 1970.
    public static func now() -> Int64 { Int64(time(nil)) }

    /// `2020-09-13T12:26:40Z`.
    public static func text(_ seconds: Int64) -> String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        let (year, month, day) = civil(days)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
            + "\(pad(rest / 3_600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))Z"
    }

    /// `2026-05-01T12:00:00.123456789Z`.
    ///
    /// - Parameter nanoseconds: since 1970, not before.
    public static func text(nanoseconds: Int64) -> String {
        "\(text(nanoseconds / 1_000_000_000).dropLast()).\(pad(nanoseconds % 1_000_000_000, 9))Z"
    }

    /// Seconds of a time stamp, or of the start of a day (in UTC) where the text is a date alone; nil for other text.
    public static func seconds(date text: String) -> Int64? {
        seconds(text) ?? seconds(text.prefix(10) + "T00:00:00Z")
    }

    /// Seconds of an RFC 3339 text with `Z` or an offset; nil when it does not parse. Fractions are dropped.
    public static func seconds(_ text: some StringProtocol) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            return Int64(String(decoding: bytes[range], as: UTF8.self))
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var result = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        if let sign = bytes[19...].lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
            // ISO 8601 also writes offsets without the colon.
            let colon = sign + 3 < bytes.count && bytes[sign + 3] == UInt8(ascii: ":") ? 1 : 0
            guard let hours = number(sign + 1..<sign + 3), let minutes = number(sign + 3 + colon..<sign + 5 + colon)
            else { return nil }
            let offset = hours * 3_600 + minutes * 60
            result += bytes[sign] == UInt8(ascii: "+") ? -offset : offset
        }
        return result
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Day number to date, in the proleptic Gregorian calendar; years start in March so that leap days come last.
    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
