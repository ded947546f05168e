import CZlib
import LayerFormat
import OCI
import Testing

@testable import Inventory

/// What programs say about what is linked into them.
struct ProgramTests {
    private static func number(_ value: Int, _ width: Int, isBigEndian: Bool = false) -> [UInt8] {
        let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
    }

    /// An ELF program whose writable segment is at 0x1000 in the file and 0x401000 in memory.
    private static func elf(data: [UInt8], sections: [(String, [UInt8])] = []) -> [UInt8] {
        var names: [UInt8] = [0]
        var body: [UInt8] = []
        var table = [UInt8](repeating: 0, count: 64)
        func section(_ name: String, type: Int, _ content: [UInt8]) {
            table += number(names.count, 4) + number(type, 4) + number(0, 8) + number(0, 8)
            table += number(0x1000 + data.count + body.count, 8) + number(content.count, 8)
            table += [UInt8](repeating: 0, count: 24)
            names += Array(name.utf8) + [0]
            body += content
        }
        for (name, content) in sections { section(name, type: 1, content) }
        let nameOffset = names.count
        names += Array(".shstrtab".utf8) + [0]
        table += number(nameOffset, 4) + number(3, 4) + number(0, 16) + number(0x1000 + data.count + body.count, 8)
        table += number(names.count, 8) + [UInt8](repeating: 0, count: 24)
        let count = sections.isEmpty ? 0 : sections.count + 2
        let tableOffset = sections.isEmpty ? 0 : 0x1000 + data.count + body.count + names.count
        var head: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        head += number(2, 2) + number(62, 2) + number(1, 4) + number(0x401000, 8) + number(64, 8)
        head += number(tableOffset, 8) + number(0, 4) + number(64, 2) + number(56, 2) + number(1, 2)
        head += number(64, 2) + number(count, 2) + number(max(0, count - 1), 2)
        head += number(1, 4) + number(6, 4) + number(0x1000, 8) + number(0x401000, 16) + number(data.count, 8)
        head += number(data.count, 8) + number(0x1000, 8)
        head += [UInt8](repeating: 0, count: 0x1000 - head.count)
        return head + data + (sections.isEmpty ? [] : body + names + table)
    }

    private static let mark = [UInt8]([0xFF]) + Array(" Go buildinf:".utf8)
    private static let modules = """
        path\tgithub.com/a/tool/cmd/tool
        mod\tgithub.com/a/tool\t(devel)\t
        dep\tgolang.org/x/text\tv0.14.0\th1:x=
        dep\tgithub.com/old/name\tv1.0.0
        =>\tgithub.com/new/name\tv1.2.0\th1:y=
        dep\tgithub.com/local/dir\tv0.1.0
        =>\t../dir\t
        dep\tgithub.com/newer/form\tv0.2.0
        =>\t./form\t(devel)\t
        build\t-ldflags="-s -w -X main.version=v0.9.1"

        """

    @Test(arguments: [
        ("-X main.version=1.2.3", "1.2.3"), ("\"-s -w -X main.version=v1.2.3-rc.1\"", "v1.2.3-rc.1"),
        ("\"-X 'example.org/m/internal.Version=2.0.1'\"", "2.0.1"), ("-X=example.org/m.buildVersion=3.1", "3.1"),
        ("\"-X github.com/x/version.Version=9.1 -X main.version=1.0.0\"", "1.0.0"),
        ("\"-X github.com/x/a.Version=9.1 -X github.com/x/b.Version=8.1\"", ""), ("\"-X main.version=dev\"", ""),
        ("\"-X main.commit=1.5\"", ""), ("-s", ""),
    ]) func versionsWrittenByTheLinker(flags: String, version: String) {
        #expect(LinkedVersion.find(in: flags, module: "example.org/m") ?? "" == version)
    }

    private static func framed(_ text: String) -> [UInt8] {
        [UInt8](repeating: 0x30, count: 16) + Array(text.utf8) + [UInt8](repeating: 0xF9, count: 16)
    }

    private static func inline(version: String, modules: String = modules) -> [UInt8] {
        func text(_ bytes: [UInt8]) -> [UInt8] {
            [UInt8(bytes.count & 0x7F) | 0x80, UInt8(bytes.count >> 7)] + bytes
        }
        return mark + [8, 2] + [UInt8](repeating: 0, count: 16) + text(Array(version.utf8)) + text(framed(modules))
    }

    private static let expected = [
        "golang github.com/a/tool v0.9.1 usr/bin/tool @0", "golang github.com/local/dir v0.1.0 usr/bin/tool @0",
        "golang github.com/new/name v1.2.0 usr/bin/tool @0", "golang github.com/newer/form v0.2.0 usr/bin/tool @0",
        "golang golang.org/x/text v0.14.0 usr/bin/tool @0",
        "golang stdlib 1.22.1 usr/bin/tool @0",
    ]

    @Test func goStrippedOfItsSections() throws {
        let data = [UInt8](repeating: 1, count: 4_096) + Self.inline(version: "go1.22.1")
        let found = try inventory([.file("usr/bin/tool", Self.elf(data: data), mode: 0o755)])
        #expect(found.lines == Self.expected)
        #expect(found.packages[0].isApplicationRoot)
        #expect(found.packages[0].purl?.description == "pkg:golang/github.com/a/tool@v0.9.1")
        #expect(found.packages[4].purl?.description == "pkg:golang/golang.org/x/text@v0.14.0")
        #expect(found.graph().dependencies == [[1, 2, 3, 4, 5], nil, nil, nil, nil, nil])
    }

    @Test func goWithSections() throws {
        let filler = ("other", [UInt8](repeating: 0, count: 48))
        let bytes = Self.elf(
            data: [UInt8](repeating: 0, count: 8_192),
            sections: [filler, (".go.buildinfo", Self.inline(version: "go1.22.1 X:abc"))])
        let found = try inventory([.file("usr/bin/tool", bytes, mode: 0o755)])
        #expect(found.lines == Self.expected)
        // Not a program that anybody can start.
        #expect(try inventory([.file("usr/bin/tool", bytes, mode: 0o644)]).packages.isEmpty)
    }

    @Test func goWithPointers() throws {
        // Two pointers to strings, which are a pointer and a length each; all in the data.
        let base = 0x401000
        let version = Array("go1.22.1".utf8)
        let modules = Self.framed(Self.modules)
        var data = Self.mark + [8, 0] + Self.number(base + 32, 8) + Self.number(base + 48, 8)
        data += Self.number(base + 64, 8) + Self.number(version.count, 8)
        data += Self.number(base + 64 + version.count, 8) + Self.number(modules.count, 8) + version + modules
        data += [UInt8](repeating: 0, count: 4_096)
        let found = try inventory([.file("usr/bin/tool", Self.elf(data: data), mode: 0o755)])
        #expect(found.lines == Self.expected)
    }

    @Test(arguments: [
        ("go1.26.5 (Red Hat 1.26.5-1.el9)", "1.26.5"), ("go1.22.1-X:rangefunc", "1.22.1"), ("go1.21rc2", "1.21rc2"),
        ("devel +abc", nil), ("go", nil),
    ]) func toolchains(_ version: String, _ expected: String?) throws {
        let data = Self.inline(version: version) + [UInt8](repeating: 0, count: 4_096)
        let found = try inventory([.file("usr/bin/tool", Self.elf(data: data), mode: 0o755)])
        #expect(found.packages.first { $0.name == "stdlib" }?.version == expected)
    }

    private static func zlib(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var length = uLongf(compressBound(uLong(bytes.count)))
        var output = [UInt8](repeating: 0, count: Int(length))
        compress(&output, &length, bytes, uLong(bytes.count))
        return Array(output[..<Int(length)])
    }

    @Test func rust() throws {
        let list = """
            {"packages":[{"name":"app","version":"0.1.0","source":"local","root":true,"dependencies":[2,1,9,-1]},
            {"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
            {"name":"serde","version":"1.0.197","source":"crates.io","dependencies":[1]}]}
            """
        let data = [UInt8](repeating: 0, count: 4_096)
        let found = try inventory([
            .file("usr/bin/app", Self.elf(data: data, sections: [(".dep-v0", Self.zlib(list))]), mode: 0o755),
            .file("usr/bin/bad", Self.elf(data: data, sections: [(".dep-v0", [1, 2, 3])]), mode: 0o755),
        ])
        #expect(found.lines == ["cargo app 0.1.0 usr/bin/app @0", "cargo serde 1.0.197 usr/bin/app @0"])
        #expect(found.packages.map(\.isApplicationRoot) == [true, false])
        #expect(found.graph().dependencies == [[1], []])
        #expect(found.warnings.map(\.path) == ["usr/bin/bad"])
    }

    /// Whatever is changed: no crash, and an end.
    @Test func damagedPrograms() throws {
        let bytes = Self.elf(
            data: Self.inline(version: "go1.22.1") + [UInt8](repeating: 0, count: 4_096),
            sections: [(".go.buildinfo", Self.inline(version: "go1.22.1")), (".dep-v0", Self.zlib("{}"))])
        let facts = FileFacts(path: Array("a".utf8), isExecutable: true, size: Int64(bytes.count))
        let places = Array(0..<128) + Array(0x1000..<0x1100) + Array(max(0, bytes.count - 700)..<bytes.count)
        for place in places {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] = value
                _ = try? ProgramCataloguer().read(MemoryBytes(damaged), of: facts)
            }
        }
        var random = SystemRandomNumberGenerator()
        for magic in [
            [0x4D, 0x5A], [0xCF, 0xFA, 0xED, 0xFE], [0xCE, 0xFA, 0xED, 0xFE], [0x7F, 0x45, 0x4C, 0x46, 1, 2],
        ] as [[UInt8]] {
            for _ in 0..<200 {
                let noise = (0..<4_096).map { _ in UInt8.random(in: 0...255, using: &random) & .random(in: 0...255) }
                _ = try? ProgramCataloguer().read(MemoryBytes(magic + noise), of: facts)
            }
        }
    }
}
