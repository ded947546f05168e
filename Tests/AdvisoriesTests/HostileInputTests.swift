import Foundation
import Testing

@testable import Advisories

/// What strangers may send: everything ends with an error or an answer, and nothing crashes.
struct HostileInputTests {
    @Test func deepNesting() {
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: JSONFault.self) { try JSONCursor.value(of: deep) }
        let objects = Array(String(repeating: #"{"a":"#, count: 1_000).utf8)
        #expect(throws: JSONFault.self) { try JSONCursor.value(of: objects) }
    }

    @Test(arguments: [
        "", "{", "[1,]", #"{"a" 1}"#, #"{"a":1"#, #""\u12"#, #""\ud800"#, "\"abc", "nul", "1e999", "--1", #"{"a":1}x"#,
        #""\x""#,
        "\"\\", "{\"a\":\"\\",
    ])
    func malformedJSON(text: String) {
        #expect(throws: JSONFault.self) { try JSONCursor.value(of: Array(text.utf8)) }
    }

    @Test func readsWhatIsThere() throws {
        let value = try JSONCursor.value(of: Array(#"{"a":["\u00e4\ud83d\ude00\n",1,-2.5,true,null]}"#.utf8))
        #expect(value == .object(["a": .array([.string("ä😀\n"), .integer(1), .number(-2.5), .bool(true), .null])]))
    }

    /// Random bytes made of what versions are made of.
    @Test(arguments: VersionOrder.allCases)
    func versionsOfAnyForm(order: VersionOrder) {
        var generator = SplitMix(seed: 7)
        let alphabet = Array("0123456789.-_+~^:!#abcrpvxALPHA \u{e4}\0")
        func text() -> String {
            String(
                (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                    alphabet.randomElement(using: &generator) ?? "0"
                })
        }
        for _ in 0..<2_000 {
            let (left, right) = (text(), text())
            #expect(order.compare(left, right).signum() == -order.compare(right, left).signum(), "\(left) \(right)")
            #expect(order.compare(left, left) == 0, "\(left)")
        }
        let long = String(repeating: "1-a.", count: 50_000)
        #expect(order.compare(long, long) == 0)
    }

    /// Truncated and altered records.
    @Test func alteredRecords() throws {
        let record =
            #"{"id":"PYSEC-1","modified":"2024-01-01T00:00:00Z","aliases":["CVE-2024-1"],"affected":[{"package":{"name":"x","ecosystem":"PyPI"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.1"}]}],"versions":["1.0"]}]}"#
        var generator = SplitMix(seed: 11)
        for _ in 0..<3_000 {
            var bytes = Array(record.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8(ascii: "\""), at: index)
                }
            }
            guard let value = try? JSONCursor.value(of: bytes) else { continue }
            for affected in OSVFormat.advisory(value).affected {
                _ = affected.verdict(on: "1.0", order: .pypi)
                #expect(
                    AffectedPackage(ecosystem: affected.ecosystem, name: affected.name, text: affected.text).ecosystem
                        == affected.ecosystem)
            }
        }
    }

    @Test func filesOfNoKnownForm() throws {
        let temporary = try TemporaryDatabase()
        let junk = try temporary.file("junk.json", #"{"what":"is this"}"#)
        let lines = try temporary.file("lines.jsonl", "{\"id\":\"X\",\"affected\":[]}\n{\"id\":\n")
        let binary = try temporary.file("binary.json", Data([0, 1, 2, 3, 255]))
        let empty = try temporary.file("empty.json", "")
        let gzip = try temporary.file("cut.json.gz", Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]))
        for path in [junk, lines, binary, empty, gzip] {
            let error = #expect(throws: AdvisoriesError.self) { try temporary.importing(path) }
            #expect(error?.description.contains(path) == true, "\(String(describing: error))")
        }
        // Nothing of it has been kept.
        #expect(!temporary.location.exists)
    }

    /// A file that claims to be a database.
    @Test func lyingDatabases() throws {
        let temporary = try TemporaryDatabase()
        try FileManager.default.createDirectory(atPath: temporary.location.directory, withIntermediateDirectories: true)
        var header = Data("SQLite format 3\0".utf8)
        header.append(Data([0xFF, 0xFF, 9, 9, 200, 64, 32, 32]))
        header.append(Data(repeating: 0xFE, count: 5_000))
        for content in [Data("not a database at all".utf8), header, Data(repeating: 0, count: 4_096), Data()] {
            try content.write(to: URL(fileURLWithPath: temporary.location.file))
            #expect(throws: AdvisoriesError.self) { try AdvisoryDatabase(temporary.location) }
        }
    }

    /// A good database with its pages overwritten.
    @Test func damagedDatabases() throws {
        let temporary = try TemporaryDatabase()
        let lines = (0..<400).map {
            #"{"id":"PYSEC-\#($0)","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"name":"p\#($0 % 7)","ecosystem":"PyPI"},"versions":["1.\#($0)"]}]}"#
        }
        let path = try temporary.file("all.jsonl", lines.joined(separator: "\n"))
        try temporary.importing(path)
        let good = try Data(contentsOf: URL(fileURLWithPath: temporary.location.file))
        var generator = SplitMix(seed: 3)
        for _ in 0..<60 {
            var bad = good
            let start = Int.random(in: 100..<(bad.count - 64), using: &generator)
            for index in start..<(start + 64) { bad[index] = UInt8.random(in: 0...255, using: &generator) }
            try bad.write(to: URL(fileURLWithPath: temporary.location.file))
            guard let database = try? AdvisoryDatabase(temporary.location) else { continue }
            for name in 0..<7 { _ = try? database.statements(about: "p\(name)", in: Ecosystem("PyPI")) }
            _ = try? database.info()
        }
    }
}

/// The same numbers on every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
