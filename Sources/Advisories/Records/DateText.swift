import Glibc

/// Times as RFC 3339 text, always in UTC, so that their order is that of their text.
public enum DateText {
    /// The text of a time in seconds since 1970.
    public static func text(_ seconds: Int64) -> String {
        var time = time_t(clamping: seconds)
        var parts = tm()
        guard gmtime_r(&time, &parts) != nil else { return "" }
        var buffer = [CChar](repeating: 0, count: 64)
        let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The seconds since 1970 of a date, with or without a time of day in UTC; nil for other text.
    public static func seconds(_ text: String) -> Int64? {
        let numbers = text.split(whereSeparator: { !($0.isASCII && $0.isNumber) }).prefix(6).map { Int64($0) }
        guard numbers.count >= 3, let year = numbers[0], let month = numbers[1], let day = numbers[2],
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        func part(_ index: Int, below limit: Int64) -> Int64 {
            guard index < numbers.count, let value = numbers[index], value >= 0, value < limit else { return 0 }
            return value
        }
        var time = part(3, below: 24) * 3600 + part(4, below: 60) * 60 + part(5, below: 61)
        // Days since 1970 in the proleptic calendar; years begin in March so that the leap day is the last.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        time += (era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468) * 86_400
        return time
    }

    /// The present, in seconds since 1970.
    public static func now() -> Int64 { Int64(time(nil)) }
}
