import CSQLite
import Glibc
import LayerFormat
import OCI
import Testing

@testable import Inventory

/// rpm's databases, of each form.
struct RpmTests {
    /// A header of a package, as rpm stores it.
    static func header(
        _ name: String, version: String = "1.0", release: String = "1.el9", epoch: UInt32? = nil,
        modularity: String? = nil, vendor: String? = "Red Hat, Inc.", files: [(String, String)] = [],
        requires: [String] = [], provides: [String] = []
    ) -> [UInt8] {
        var index: [UInt8] = []
        var data: [UInt8] = []
        var count: UInt32 = 0
        func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        func add(_ tag: UInt32, _ type: UInt32, _ number: Int, _ content: [UInt8]) {
            if type == 4 { while data.count % 4 != 0 { data.append(0) } }
            index += big(tag) + big(type) + big(UInt32(data.count)) + big(UInt32(number))
            data += content
            count += 1
        }
        func text(_ value: String) -> [UInt8] { Array(value.utf8) + [0] }
        add(1000, 6, 1, text(name))
        add(1001, 6, 1, text(version))
        add(1002, 6, 1, text(release))
        if let epoch { add(1003, 4, 1, big(epoch)) }
        if let vendor { add(1011, 6, 1, text(vendor)) }
        add(1014, 6, 1, text("MIT"))
        add(1022, 6, 1, text("x86_64"))
        add(1044, 6, 1, text("\(name)-src-\(version)-\(release).src.rpm"))
        for (tag, names) in [(UInt32(1047), provides), (1049, requires)] where !names.isEmpty {
            add(tag, 8, names.count, names.flatMap(text))
        }
        if let modularity { add(5096, 6, 1, text(modularity)) }
        if !files.isEmpty {
            let directories = Array(Set(files.map(\.0))).sorted()
            let indexes = files.map { directories.firstIndex(of: $0.0) ?? 0 }
            add(1116, 4, files.count, indexes.flatMap { big(UInt32($0)) })
            add(1117, 8, files.count, files.flatMap { text($0.1) })
            add(1118, 8, directories.count, directories.flatMap { text($0) })
        }
        return big(count) + big(UInt32(data.count)) + index + data
    }

    static func sqlite(_ headers: [[UInt8]]) throws -> [UInt8] {
        var handle: OpaquePointer?
        sqlite3_open(":memory:", &handle)
        defer { sqlite3_close(handle) }
        sqlite3_exec(handle, "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)", nil, nil, nil)
        for header in headers {
            var statement: OpaquePointer?
            sqlite3_prepare_v2(handle, "INSERT INTO Packages (blob) VALUES (?)", -1, &statement, nil)
            header.withUnsafeBytes { _ = sqlite3_bind_blob(statement, 1, $0.baseAddress, Int32($0.count), nil) }
            #expect(sqlite3_step(statement) == SQLITE_DONE)
            sqlite3_finalize(statement)
        }
        var size: Int64 = 0
        let bytes = try #require(sqlite3_serialize(handle, "main", &size, 0))
        defer { sqlite3_free(bytes) }
        var result = [UInt8](UnsafeBufferPointer(start: bytes, count: Int(size)))
        // As rpm leaves it: with a write-ahead log.
        result[18] = 2
        result[19] = 2
        return result
    }

    private static func little(_ values: Int...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }

    static func native(_ headers: [[UInt8]]) -> [UInt8] {
        var slots = Array("RpmP".utf8) + little(0, 1, 1, 9) + [UInt8](repeating: 0, count: 12)
        var blobs: [UInt8] = []
        for (index, header) in headers.enumerated() {
            slots += Array("Slot".utf8) + little(index + 1, (4_096 + blobs.count) / 16, (header.count + 47) / 16)
            blobs += Array("BlbS".utf8) + little(index + 1, 1, header.count) + header
            blobs += [UInt8](repeating: 0, count: (16 - blobs.count % 16) % 16)
        }
        return slots + [UInt8](repeating: 0, count: 4_096 - slots.count) + blobs
    }

    /// One hash page, and pages of 512 bytes for the values.
    static func berkeley(_ headers: [[UInt8]], isBigEndian: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ width: Int) -> [UInt8] {
            let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBigEndian ? bytes.reversed() : bytes
        }
        let size = 512
        var overflow: [[UInt8]] = []
        var offsets: [Int] = []
        var items: [[UInt8]] = []
        var end = size
        func place(_ item: [UInt8]) {
            end -= item.count
            offsets.append(end)
            items.insert(item, at: 0)
        }
        for (index, header) in headers.enumerated() {
            place([1] + number(index + 1, 4))
            let first = 2 + overflow.count
            place([3, 0, 0, 0] + number(first, 4) + number(header.count, 4))
            let parts = stride(from: 0, to: header.count, by: size - 26).map {
                Array(header[$0..<min(header.count, $0 + size - 26)])
            }
            for (part, content) in parts.enumerated() {
                let page = 2 + overflow.count
                let next = part + 1 < parts.count ? page + 1 : 0
                overflow.append(
                    number(0, 8) + number(page, 4) + number(0, 4) + number(next, 4) + number(1, 2)
                        + number(content.count, 2) + [0, 7] + content
                        + [UInt8](repeating: 0, count: size - 26 - content.count))
            }
        }
        let table = offsets.flatMap { number($0, 2) }
        let hash =
            number(0, 8) + number(1, 4) + number(0, 4) + number(0, 4) + number(offsets.count, 2) + number(end, 2)
            + [0, 13] + table
        let first =
            number(0, 8) + number(0, 4) + number(0x61561, 4) + number(9, 4) + number(size, 4) + [0, 8, 0, 0]
            + number(0, 4) + number(1 + overflow.count, 4)
        return first + [UInt8](repeating: 0, count: size - first.count)
            + hash + [UInt8](repeating: 0, count: end - hash.count) + items.flatMap { $0 } + overflow.flatMap { $0 }
    }

    private static let headers = [
        header("bash", version: "5.1.8", files: [("/usr/bin/", "bash"), ("/etc/skel/", ".bashrc")]),
        header("gpg-pubkey"),
        header("nodejs", version: "18.20", epoch: 1, modularity: "nodejs:18:8080020:abc"),
        header("agent", vendor: "Example Ltd"),
    ]

    @Test(arguments: ["rpmdb.sqlite", "Packages.db", "Packages", "big-endian"]) func forms(_ form: String) throws {
        let bytes: [UInt8] =
            switch form {
            case "rpmdb.sqlite": try Self.sqlite(Self.headers)
            case "Packages.db": Self.native(Self.headers)
            case "Packages": Self.berkeley(Self.headers)
            default: Self.berkeley(Self.headers, isBigEndian: true)
            }
        let path = "usr/lib/sysimage/rpm/" + (form == "big-endian" ? "Packages" : form)
        let found = try inventory([
            .file(path, bytes, mode: 0o644), .file("etc/os-release", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n"),
        ])
        #expect(found.warnings.isEmpty)
        #expect(
            found.lines == [
                "rpm agent 1.0-1.el9 \(path) @0", "rpm bash 5.1.8-1.el9 \(path) @0",
                "rpm nodejs 1:18.20-1.el9 \(path) @0",
            ])
        let (agent, bash, node) = (found.packages[0], found.packages[1], found.packages[2])
        #expect(agent.marks == [.thirdParty])
        #expect(bash.source == .init(name: "bash-src", version: "5.1.8-1.el9"))
        #expect(node.source == .init(name: "nodejs-src", version: "1:18.20-1.el9"))
        #expect(node.modularity == "nodejs:18:8080020:abc")
        #expect(bash.licences == ["MIT"])
        #expect(
            found.ownedFiles(of: bash).flatMap(\.paths).map { String(decoding: $0, as: UTF8.self) }
                == ["usr/bin/bash", "etc/skel/.bashrc"])
        #expect(
            node.purl?.description
                == "pkg:rpm/redhat/nodejs@18.20-1.el9?arch=x86_64&distro=rhel-9.4&epoch=1"
                + "&modularity=nodejs:18:8080020:abc&upstream=nodejs-src")
    }

    @Test func anOlderFormLeftBehind() throws {
        let found = try inventory([
            .file("var/lib/rpm/Packages", Self.berkeley([Self.header("old")]), mode: 0o644),
            .file("var/lib/rpm/rpmdb.sqlite", try Self.sqlite([Self.header("new")]), mode: 0o644),
        ])
        #expect(found.packages.map(\.name) == ["new"])
    }

    @Test func manifestOfImagesWithoutRpm() throws {
        let found = try inventory([
            .file(
                "var/lib/rpmmanifest/container-manifest-2",
                "openssl\t1.1.1k-21.cm2\t1\t2\tMicrosoft Corporation\t(none)\t10\tx86_64\t0\topenssl-1.1.1k-21.cm2.src.rpm\nshort\t1\n\t1-1\t1\t2\tM\t-\t1\tx\t0\ta-1-1.src.rpm\n"
            )
        ])
        #expect(
            found.packages.map { "\($0.name) \($0.version) \($0.source?.name ?? "")" } == [
                "openssl 1.1.1k-21.cm2 openssl"
            ])
    }

    /// Whatever is changed or cut off: a warning, or fewer packages, and an end.
    @Test func damagedDatabases() throws {
        for bytes in [try Self.sqlite(Self.headers), Self.native(Self.headers), Self.berkeley(Self.headers)] {
            for cut in stride(from: 1, to: bytes.count, by: 97) {
                _ = try RpmCataloguer().read(
                    MemoryBytes(Array(bytes[..<cut])),
                    of: FileFacts(path: Array("var/lib/rpm/Packages".utf8), isExecutable: false, size: Int64(cut)))
            }
            var random = SystemRandomNumberGenerator()
            for _ in 0..<300 {
                var damaged = bytes
                for _ in 0..<4 { damaged[Int.random(in: 4..<damaged.count, using: &random)] = .random(in: 0...255) }
                _ = try RpmCataloguer().read(
                    MemoryBytes(damaged),
                    of: FileFacts(path: Array("var/lib/rpm/Packages".utf8), isExecutable: false, size: 1))
            }
        }
    }

    /// One long directory, named by many files: a short record that would make a long list.
    @Test func longPathsNamedOften() throws {
        let directory = "/" + String(repeating: "d", count: 4_000) + "/"
        let bytes = Self.header("many", files: (0..<20_000).map { _ in (directory, "f") })
        let found = try inventory([.file("var/lib/rpm/rpmdb.sqlite", try Self.sqlite([bytes]), mode: 0o644)])
        let package = try #require(found.packages.first)
        let size = found.ownedFiles(of: package).reduce(0) { size, files in
            if case .list(let bytes) = files { size + bytes.count } else { size }
        }
        #expect((1..<65 << 20).contains(size))
        let tooLong = Self.header(
            "long", files: [("/" + String(repeating: "x", count: 5_000) + "/", "f"), ("/a/", "b")])
        let other = try inventory([.file("var/lib/rpm/rpmdb.sqlite", try Self.sqlite([tooLong]), mode: 0o644)])
        #expect(
            other.ownedFiles(of: try #require(other.packages.first)).flatMap(\.paths).map {
                String(decoding: $0, as: UTF8.self)
            }
                == ["a/b"])
    }

    @Test func linkedInACircle() throws {
        var bytes = Self.berkeley([Self.header("loop", files: (0..<80).map { ("/a\($0)/", "file\($0)") })])
        // Every overflow page says that it is followed by the first.
        for page in stride(from: 1_024, to: bytes.count, by: 512) {
            bytes.replaceSubrange(page + 16..<page + 20, with: [2, 0, 0, 0])
            bytes.replaceSubrange(page + 22..<page + 24, with: [1, 0])
        }
        let found = try inventory([.file("var/lib/rpm/Packages", bytes, mode: 0o644)])
        #expect(found.packages.isEmpty)
        #expect(found.warnings.count == 1)
    }
}
