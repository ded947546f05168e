/// Points in time as RFC 3339 writes them.
enum TimestampText {
    /// In UTC, with nanoseconds: `2026-05-01T12:00:00.123456789Z`.
    ///
    /// - Parameter nanoseconds: since 1970, not before.
    static func utc(nanoseconds: Int64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        let (year, month, day) = date(daysSince1970: seconds / 86_400)
        let time = seconds % 86_400
        let clock = [time / 3600, time / 60 % 60, time % 60].map { padded($0, 2) }.joined(separator: ":")
        return
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(clock).\(padded(nanoseconds % 1_000_000_000, 9))Z"
    }

    /// The civil date of the Gregorian calendar: years are counted from March, so that the leap day is their last.
    private static func date(daysSince1970 days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let year = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (year + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
