import Foundation
import OCI
import Testing

struct Sequenced: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

func tar(_ members: [(TarEntry, [UInt8])]) throws -> [UInt8] {
    let sink = MemorySink()
    var writer = TarWriter(sink)
    for (entry, content) in members { try writer.add(entry, content: content) }
    try writer.finish()
    return sink.bytes
}

func read(_ bytes: [UInt8]) throws -> [(TarEntry, [UInt8])] {
    var reader = TarReader(MemorySource(bytes))
    var result: [(TarEntry, [UInt8])] = []
    while let entry = try reader.next() {
        result.append((entry, entry.kind == .file ? try reader.readAll(of: entry, limit: 1 << 24) : []))
    }
    return result
}

/// Runs Python with a program that reads a tar from the file in `sys.argv[1]`; nil without Python.
func python(_ program: String, _ bytes: [UInt8]) throws -> String? {
    let path = FileManager.default.temporaryDirectory.path + "/whittle-tar-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: output, as: UTF8.self) : nil
}

@Suite struct TarTests {
    private func randomEntry(_ random: inout Sequenced) -> (TarEntry, [UInt8]) {
        func name(_ limit: UInt64) -> PathBytes {
            var bytes = PathBytes(
                (0..<random.next() % limit + 1).map { _ in
                    [0x61, 0x62, 0x2F, 0xC3, 0xFF, 0x20][Int(random.next() % 6)]
                })
            if bytes.last == 0x2F { bytes.append(0x7A) }
            return bytes
        }
        let kinds: [TarEntry.Kind] = [
            .file, .file, .file, .directory, .symlink, .hardlink, .characterDevice, .blockDevice, .fifo,
        ]
        let kind = kinds[Int(random.next() % UInt64(kinds.count))]
        var entry = TarEntry(
            name: name(random.next() % 3 == 0 ? 400 : 90), kind: kind, mode: UInt32(random.next() % 0o10000),
            uid: UInt32(truncatingIfNeeded: random.next() >> (random.next() % 64)),
            gid: UInt32(truncatingIfNeeded: random.next() >> (random.next() % 64)))
        if kind == .directory { entry.name.append(0x2F) }
        if kind == .symlink || kind == .hardlink { entry.linkName = name(250) }
        entry.modificationSeconds = Int64(truncatingIfNeeded: random.next()) >> 20 + Int64(random.next() % 20)
        if random.next() % 3 == 0 { entry.modificationNanoseconds = Int32(random.next() % 1_000_000_000) }
        if kind == .characterDevice || kind == .blockDevice {
            entry.deviceMajor = UInt32(random.next() % 4096)
            entry.deviceMinor = UInt32(random.next() % (1 << 20))
        }
        if random.next() % 4 == 0 {
            entry.attributes = [.init(name: "user.a", value: []), .init(name: "user.é", value: [0, 10, 61, 255])]
        }
        let content = kind == .file ? [UInt8](repeating: 7, count: Int(random.next() % 2000)) : []
        entry.size = Int64(content.count)
        return (entry, content)
    }

    @Test func whatIsWrittenIsRead() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = Sequenced(seed)
            let members = (0..<20).map { _ in randomEntry(&random) }
            let result = try read(try tar(members))
            #expect(result.count == members.count)
            for (index, (expected, actual)) in zip(members, result).enumerated() {
                // Not as one comparison: a failure would print pages.
                let isSame = expected == actual
                #expect(isSame, "seed \(seed), member \(index)")
            }
        }
    }

    @Test func pythonReadsIt() throws {
        let long = String(repeating: "directory/", count: 20) + "file"
        let deep = String(repeating: "d", count: 120) + "/" + String(repeating: "n", count: 90)
        let members: [(TarEntry, [UInt8])] = [
            (
                TarEntry(name: Array(long.utf8), kind: .file, mode: 0o644, uid: 5_000_000, modificationSeconds: -5),
                [1, 2]
            ),
            (TarEntry(name: Array(deep.utf8), kind: .file, mode: 0o4755), []),
            (TarEntry(name: Array("ünï".utf8), kind: .symlink, mode: 0o777, linkName: Array(long.utf8)), []),
            (
                TarEntry(name: Array("dev".utf8), kind: .characterDevice, mode: 0o600, deviceMajor: 1, deviceMinor: 3),
                []
            ),
            (TarEntry(name: Array("d".utf8), kind: .directory, mode: 0o1777), []),
        ]
        let program = """
            import sys, tarfile
            for m in tarfile.open(sys.argv[1]):
                print(m.name, m.type.decode(), oct(m.mode), m.uid, m.size, int(m.mtime), m.linkname, m.devmajor, m.devminor)
            """
        guard let output = try python(program, try tar(members)) else { return }
        #expect(
            output.split(separator: "\n") == [
                "\(long) 0 0o644 5000000 2 -5  0 0", "\(deep) 0 0o4755 0 0 0  0 0", "ünï 2 0o777 0 0 0 \(long) 0 0",
                "dev 3 0o600 0 0 0  1 3", "d 5 0o1777 0 0 0  0 0",
            ])
    }

    @Test func readsWhatPythonWrites() throws {
        for format in ["USTAR_FORMAT", "GNU_FORMAT", "PAX_FORMAT"] {
            let program = """
                import sys, tarfile, io, base64
                b = io.BytesIO()
                t = tarfile.open(fileobj=b, mode='w', format=tarfile.\(format))
                for n in ['a', 'd/' * 40 + 'x', 'n' * 99]:
                    i = tarfile.TarInfo(n); i.size = 3; i.mtime = 7; i.uid = 12
                    t.addfile(i, io.BytesIO(b'abc'))
                if '\(format)' != 'USTAR_FORMAT':
                    i = tarfile.TarInfo('l' * 300); i.type = tarfile.SYMTYPE; i.linkname = 't' * 300
                    t.addfile(i)
                    i = tarfile.TarInfo('big'); i.uid = 3000000; i.size = 0
                    t.addfile(i)
                t.close()
                print(base64.b64encode(b.getvalue()).decode())
                """
            guard let output = try python(program, []),
                let bytes = Data(base64Encoded: output.trimmingCharacters(in: .whitespacesAndNewlines))
            else { return }
            let members = try read(Array(bytes))
            #expect(members[1].0.displayName == String(repeating: "d/", count: 40) + "x")
            #expect(members[0].1 == Array("abc".utf8))
            #expect(members[0].0.modificationSeconds == 7)
            guard format != "USTAR_FORMAT" else { continue }
            #expect(members[3].0.linkName.count == 300)
            #expect(members[4].0.uid == 3_000_000)
        }
    }

    /// GNU tar's sparse formats, made by hand as the manual describes them.
    @Test func sparseFiles() throws {
        func pad(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: -bytes.count & 511) }
        func header(_ type: UInt8, _ name: String, size: Int, fill: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
            var block = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ place: Int) {
                block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
            }
            put(name, 0)
            put("0000644", 100)
            put("0000000", 108)
            put("0000000", 116)
            let octal = String(size, radix: 8)
            put(String(repeating: "0", count: 11 - octal.count) + octal, 124)
            put("00000000000", 136)
            block[156] = type
            put("ustar  \u{0}", 257)
            fill(&block)
            put("        ", 148)
            let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
            put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0}", 148)
            return block
        }
        func record(_ key: String, _ value: String) -> [UInt8] {
            let body = " \(key)=\(value)\n"
            var length = body.utf8.count + 1
            while String(length).utf8.count + body.utf8.count != length { length += 1 }
            return Array("\(length)\(body)".utf8)
        }
        let expected = [UInt8](repeating: 0, count: 1000) + Array("abc".utf8) + [UInt8](repeating: 0, count: 97) + [9]
        let old =
            header(UInt8(ascii: "S"), "f", size: 4) { block in
                func put(_ text: String, _ place: Int) {
                    block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
                }
                put("00000001750", 386)
                put("00000000003", 398)
                put("00000002114", 410)
                put("00000000001", 422)
                put("00000002115", 483)
            } + pad(Array("abc".utf8) + [9])
        let inline = record("GNU.sparse.size", "1101") + record("GNU.sparse.map", "1000,3,1100,1")
        let v01 =
            header(UInt8(ascii: "x"), "x", size: inline.count) + pad(inline)
            + header(UInt8(ascii: "0"), "f", size: 4) + pad(Array("abc".utf8) + [9])
        let outer =
            record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") + record("GNU.sparse.name", "f")
            + record("GNU.sparse.realsize", "1101")
        let v10 =
            header(UInt8(ascii: "x"), "x", size: outer.count) + pad(outer)
            + header(UInt8(ascii: "0"), "GNUSparseFile/f", size: 516) + pad(Array("2\n1000\n3\n1100\n1\n".utf8))
            + pad(Array("abc".utf8) + [9])
        for bytes in [old, v01, v10] {
            let members = try read(bytes + [UInt8](repeating: 0, count: 1024))
            #expect(members.count == 1)
            #expect(members.first?.0.displayName == "f")
            #expect(members.first?.1 == expected)
        }
        // Extents that overlap, run backwards or out of the file.
        for map in ["1000,3,500,1", "1000,5", "1000,3,1100,2", "0,9223372036854775807,1,4", "1000"] {
            let bad = record("GNU.sparse.size", "1101") + record("GNU.sparse.map", map)
            let bytes =
                header(UInt8(ascii: "x"), "x", size: bad.count) + pad(bad) + header(UInt8(ascii: "0"), "f", size: 4)
                + pad([1, 2, 3, 4])
            #expect(throws: OCIError.self, "\(map)") { try read(bytes) }
        }
    }

    @Test func damagedArchivesAreErrorsNotCrashes() throws {
        var random = Sequenced(5)
        let members = (0..<8).map { _ in randomEntry(&random) }
        let good = try tar(members)
        for _ in 0..<2000 {
            var bytes = good
            for _ in 0..<Int(random.next() % 4 + 1) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            _ = try? read(bytes)
        }
        #expect(throws: OCIError.self) { try read(Array(good[..<700])) }
        #expect(throws: OCIError.self) { try read(Array("not a tar at all".utf8)) }
        #expect(throws: OCIError.self) { try read([UInt8](repeating: 0x41, count: 512)) }
        #expect(try read([]).isEmpty)
        #expect(try read([UInt8](repeating: 0, count: 10240)).isEmpty)
    }

    @Test func headersThatNeverEndAreRefused() throws {
        var bytes: [UInt8] = []
        for _ in 0..<20 {
            // Each long name gives rise to an extended header, which the one after it follows.
            let one = try tar([(TarEntry(name: [UInt8](repeating: 0xFF, count: 300), kind: .fifo, mode: 0), [])])
            bytes += one[..<1024]
        }
        #expect(throws: OCIError.self) { try read(bytes) }
        let large = TarEntry(
            name: [1], kind: .fifo, mode: 0,
            attributes: [.init(name: "user.x", value: [UInt8](repeating: 0, count: 2 << 20))])
        #expect(throws: OCIError.self) { try read(try tar([(large, [])])) }
    }

    @Test func namesThatCannotBeAreNotWritten() {
        for name in [[], [0], Array("a\u{0}b".utf8)] as [PathBytes] {
            #expect(throws: OCIError.self) { try tar([(TarEntry(name: name, kind: .fifo, mode: 0), [])]) }
        }
    }
}
