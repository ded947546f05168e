import Glibc
import OCI
import Testing

@testable import Builder

@Suite("Times of a step's files")
struct TimeNormalizationTests {
    private func time(_ fixture: CopyFixture, _ path: String) -> Int { fixture.find(path)?.time ?? -1 }

    private func apply(_ fixture: CopyFixture, since: Int64, to time: Int64) throws {
        try TimeNormalization(since: since, until: .max, to: time).apply(to: fixture.root)
    }

    @Test("what the step wrote gets the one time, what it dated itself keeps its date")
    func times() throws {
        let fixture = try CopyFixture()
        let since = Clock.now()
        try fixture.write("root/a/b/new")
        try fixture.write("root/a/old", time: 1_000_000)
        try fixture.directory("root/dated/inner", time: 2_000_000)
        try fixture.setTime("root/dated", 2_000_000)
        try fixture.link("root/link", to: "nowhere")
        try apply(fixture, since: since, to: 1_500_000_000)
        for path in ["root", "root/a", "root/a/b", "root/a/b/new", "root/link"] {
            #expect(time(fixture, path) == 1_500_000_000, "\(path)")
        }
        #expect(time(fixture, "root/a/old") == 1_000_000)
        #expect(time(fixture, "root/dated") == 2_000_000)
        #expect(time(fixture, "root/dated/inner") == 2_000_000)
    }

    @Test("a time later than the step's end was set on purpose")
    func laterTimes() throws {
        let fixture = try CopyFixture()
        try fixture.write("root/later", time: 4_000_000_000)
        try fixture.write("root/during", time: 2_000_000_000)
        let since: Int64 = 1_999_999_999_000_000_000
        try TimeNormalization(since: since, until: 2_000_000_001_000_000_000, to: 1_000).apply(to: fixture.root)
        #expect(time(fixture, "root/later") == 4_000_000_000)
        #expect(time(fixture, "root/during") == 1_000)
    }

    private func byteCode(flags: UInt8 = 0, time: UInt32) -> [UInt8] {
        [0xa7, 0x0d, 0x0d, 0x0a, flags, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: time >> (8 * $0)) }
            + [1, 0, 0, 0] + Array("code".utf8)
    }

    private func sourceTime(_ fixture: CopyFixture, _ path: String) -> UInt32? {
        guard let data = fixture.bytes(path), data.count >= 12 else { return nil }
        return (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[8 + $1]) << (8 * UInt32($1)) }
    }

    @Test("byte code follows its source's time")
    func byteCode() throws {
        let fixture = try CopyFixture()
        let since = Clock.now()
        let now = UInt32(since / 1_000_000_000)
        try fixture.write("root/new.pyc", bytes: byteCode(time: now))
        try fixture.write("root/later.pyc", bytes: byteCode(time: now + 1))
        try fixture.write("root/ofOldSource.pyc", bytes: byteCode(time: 5))
        try fixture.write("root/hashed.pyc", bytes: byteCode(flags: 1, time: now))
        try fixture.write("root/short.pyc", bytes: Array(byteCode(time: now)[..<10]))
        try fixture.write("root/other.pyd", bytes: byteCode(time: now))
        try fixture.write("root/notCode.pyc", bytes: [UInt8](repeating: 0xff, count: 20))
        try apply(fixture, since: since, to: 1_234_567_890)
        #expect(sourceTime(fixture, "root/new.pyc") == 1_234_567_890)
        #expect(sourceTime(fixture, "root/later.pyc") == 1_234_567_890)
        #expect(sourceTime(fixture, "root/ofOldSource.pyc") == 5)
        #expect(sourceTime(fixture, "root/hashed.pyc") == now)
        #expect(sourceTime(fixture, "root/other.pyd") == now)
        #expect(fixture.bytes("root/notCode.pyc") == [UInt8](repeating: 0xff, count: 20))
        #expect(fixture.bytes("root/short.pyc")?.count == 10)
        for name in ["new", "ofOldSource", "short"] { #expect(time(fixture, "root/\(name).pyc") == 1_234_567_890) }
        #expect(fixture.bytes("root/new.pyc")?.suffix(4) == Array("code".utf8)[...])
    }

    @Test("byte code with a date of its own keeps it, with the header of its source")
    func datedByteCode() throws {
        let fixture = try CopyFixture()
        let since = Clock.now()
        try fixture.write("root/a.pyc", bytes: byteCode(time: UInt32(since / 1_000_000_000)), time: 77)
        try apply(fixture, since: since, to: 1_234_567_890)
        #expect(sourceTime(fixture, "root/a.pyc") == 1_234_567_890)
        #expect(time(fixture, "root/a.pyc") == 77)
    }

    @Test("links are not followed and deep trees are walked")
    func hostile() throws {
        let fixture = try CopyFixture()
        try fixture.write("outside.pyc", bytes: byteCode(time: 4_000_000_000), time: 99)
        let since = Clock.now()
        try fixture.link("root/a.pyc", to: fixture.base + "/outside.pyc")
        try fixture.link("root/up", to: fixture.base)
        try fixture.directory("root/" + (0..<300).map { "d\($0)" }.joined(separator: "/"))
        try apply(fixture, since: since, to: 1_234_567_890)
        #expect(sourceTime(fixture, "outside.pyc") == 4_000_000_000)
        #expect(time(fixture, "outside.pyc") == 99)
        #expect(time(fixture, "root/" + (0..<300).map { "d\($0)" }.joined(separator: "/")) == 1_234_567_890)
    }
}

extension CopyFixture {
    /// The content of a small file.
    func bytes(_ path: String) -> [UInt8]? {
        let file = open(base + "/" + path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes[..<count])
    }
}
