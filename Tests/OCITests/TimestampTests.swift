import OCI
import Testing

@Suite("Time stamps")
struct TimestampTests {
    @Test("known instants")
    func known() {
        for (seconds, text) in [
            (Int64(0), "1970-01-01T00:00:00Z"), (1_600_000_000, "2020-09-13T12:26:40Z"),
            (951_782_400, "2000-02-29T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            #expect(Timestamp.text(seconds) == text)
            #expect(Timestamp.seconds(text) == seconds)
        }
    }

    @Test("every day comes back")
    func roundTrip() {
        for day in stride(from: Int64(-719_162), to: 2_932_896, by: 97) {
            let seconds = day * 86_400 + (day & 0xffff)
            #expect(Timestamp.seconds(Timestamp.text(seconds)) == seconds)
        }
    }

    @Test("offsets and fractions")
    func offsets() {
        #expect(Timestamp.seconds("1970-01-01T01:00:00+01:00") == 0)
        #expect(Timestamp.seconds("1969-12-31T19:30:00-04:30") == 0)
        #expect(Timestamp.seconds("1970-01-01T00:00:01.999999999Z") == 1)
        #expect(Timestamp.seconds("1970-01-01T01:00:01.5+01:00") == 1)
    }

    @Test("nanoseconds")
    func nanoseconds() {
        #expect(Timestamp.text(nanoseconds: 1_777_636_800_123_456_789) == "2026-05-01T12:00:00.123456789Z")
        #expect(Timestamp.text(nanoseconds: 5) == "1970-01-01T00:00:00.000000005Z")
    }

    @Test("a date alone is the start of its day")
    func dates() {
        #expect(Timestamp.seconds(date: "1970-01-02") == 86_400)
        #expect(Timestamp.seconds(date: "1970-01-02T00:00:01Z") == 86_401)
        #expect(Timestamp.seconds(date: "1970-01-02T01:00:00+0100") == 86_400)
        #expect(Timestamp.seconds(date: "1970-01-02 at noon") == 86_400)
        for text in ["", "1970", "1970-1-2", "tomorrow to come"] { #expect(Timestamp.seconds(date: text) == nil) }
    }

    @Test("other texts are refused, none ends the program")
    func hostile() {
        for text in [
            "", "x", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-32T00:00:00Z", "1970-01-01T00:00:00+",
            "1970-01-01T00:00:00+1", "abcd-01-01T00:00:00Z", "1970-01-01T00:00:00+ab:cd", "-970-01-01T00:00:00Z",
            "1970-01-01T+0:00:00Z",
        ] {
            #expect(Timestamp.seconds(text) == nil, "\(text)")
        }
        let valid = Array("1970-01-01T00:00:00.5+01:00".utf8)
        for length in 0...valid.count { _ = Timestamp.seconds(String(decoding: valid[..<length], as: UTF8.self)) }
    }
}
