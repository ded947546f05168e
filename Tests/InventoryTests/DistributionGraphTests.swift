import LayerFormat
import OCI
import Testing

@testable import Inventory

extension ImageInventory {
    /// `name -> names of what it depends on`, one for each package; `?` where nobody knows.
    var edges: [String] {
        let graph = graph()
        return zip(packages, graph.dependencies).map { package, targets in
            let names = targets.map { $0.map { packages[$0].name }.joined(separator: " ") } ?? "?"
            return "\(package.name) -> \(names)"
        }
    }
}

/// What the packages of distributions depend on.
struct DistributionGraphTests {
    private static func dpkg(_ name: String, _ fields: String = "", architecture: String = "amd64") -> String {
        "Package: \(name)\nStatus: install ok installed\nVersion: 1\nArchitecture: \(architecture)\n\(fields)\n"
    }

    private static func status(_ packages: String...) -> TestLayer.Member {
        .file("var/lib/dpkg/status", packages.map { $0.hasSuffix("\n\n") ? $0 : $0 + "\n" }.joined())
    }

    @Test func dpkg() throws {
        let found = try inventory([
            Self.status(
                Self.dpkg("curl", "Pre-Depends: dpkg (>= 1.15)\nDepends: libc6 (>= 2.34), libcurl4 (= 1), absent"),
                Self.dpkg("dpkg"), Self.dpkg("libc6", "Recommends: curl"), Self.dpkg("libcurl4", "Depends: libc6:any"),
                Self.dpkg("app", "Depends: nothing | mail-agent, editor | dpkg,\n curl [amd64]", architecture: "all"),
                Self.dpkg("exim", "Provides: mail-agent (= 1), editor\nDepends: mail-agent"),
                Self.dpkg("postfix", "Provides: mail-agent"))
        ])
        #expect(
            found.edges == [
                "app -> curl exim", "curl -> dpkg libc6 libcurl4", "dpkg -> ", "exim -> ", "libc6 -> ",
                "libcurl4 -> libc6", "postfix -> ",
            ])
        #expect(found.graph().roots.map { found.packages[$0].name } == ["app", "postfix"])
    }

    @Test func architectures() throws {
        let found = try inventory([
            Self.status(
                Self.dpkg("a", "Depends: libc6, x"), Self.dpkg("a", "Depends: libc6, x", architecture: "i386"),
                Self.dpkg("b", "Depends: libc6:i386, a:armhf", architecture: "all"), Self.dpkg("libc6"),
                Self.dpkg("libc6", architecture: "i386"), Self.dpkg("x", architecture: "all"))
        ])
        let graph = found.graph()
        #expect(
            graph.dependencies.map {
                ($0 ?? []).map { "\(found.packages[$0].name):\(found.packages[$0].architecture ?? "")" }
            } == [
                ["libc6:amd64", "x:all"], ["libc6:i386", "x:all"], ["libc6:i386"], [], [], [],
            ])
    }

    /// Each package in a file of its own, with a field that goes on for more lines.
    @Test func dpkgWithoutDpkg() throws {
        let found = try inventory([
            .file("var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\nDepends: b,\n c (>= 1)\nDescription: x\n d\n"),
            .file("var/lib/dpkg/status.d/b", "Package: b\nVersion: 1\n"),
            .file("var/lib/dpkg/status.d/c", "Package: c\nVersion: 1\n"),
        ])
        #expect(found.edges == ["a -> b c", "b -> ", "c -> "])
    }

    /// What counts is the list that the image shows; packages that are gone are no targets.
    @Test func laterLayers() throws {
        let found = try inventory(
            [Self.status(Self.dpkg("a", "Depends: b"), Self.dpkg("b"), Self.dpkg("c"))],
            [Self.status(Self.dpkg("a", "Depends: b, c"), Self.dpkg("c"))])
        #expect(found.edges == ["a -> c", "c -> "])
        #expect(found.packages.map(\.layer.index) == [0, 0])
    }

    @Test func circles() throws {
        let found = try inventory([
            Self.status(
                Self.dpkg("a", "Depends: b"), Self.dpkg("b", "Depends: a"), Self.dpkg("c", "Depends: a, c"),
                Self.dpkg("x", "Depends: y"), Self.dpkg("y", "Depends: x"))
        ])
        #expect(found.edges == ["a -> b", "b -> a", "c -> a", "x -> y", "y -> x"])
        #expect(found.graph().roots.map { found.packages[$0].name } == ["c", "x"])
    }

    @Test func apk() throws {
        let found = try inventory([
            .file(
                "lib/apk/db/installed",
                """
                P:musl
                V:1.2
                A:x86_64
                p:so:libc.musl-x86_64.so.1=1

                P:busybox
                V:1.36
                A:x86_64
                D:so:libc.musl-x86_64.so.1
                p:cmd:sh=1.36 cmd:ls=1.36

                P:zlib-dev
                V:1.3
                A:x86_64
                D:zlib=1.3-r0 pc:absent>=2 !conflict cmd:sh musl~1.2
                p:pc:zlib=1.3

                P:zlib
                V:1.3
                A:x86_64
                D:so:libc.musl-x86_64.so.1

                """)
        ])
        #expect(
            found.edges == ["busybox -> musl", "musl -> ", "zlib -> musl", "zlib-dev -> busybox musl zlib"])
    }

    @Test func rpm() throws {
        let headers = [
            RpmTests.header(
                "bash", files: [("/usr/bin/", "bash")],
                requires: ["libc.so.6()(64bit)", "rpmlib(PayloadIsZstd)", "filesystem", "config(bash)", "absent"],
                provides: ["bash", "config(bash)", "/bin/sh"]),
            RpmTests.header("glibc", requires: ["(glibc-langpack if absent)"], provides: ["libc.so.6()(64bit)"]),
            RpmTests.header("filesystem", requires: ["/usr/bin/bash", "/sbin/tool"]),
            RpmTests.header(
                "tool", files: [("/usr/sbin/", "tool")],
                requires: ["/bin/sh", "(absent or (perl(Carp) >= 1.2 with bash))", "(filesystem and glibc)"]),
            RpmTests.header("perl-Carp", provides: ["perl(Carp)"]),
        ]
        let found = try inventory([
            .file("var/lib/rpm/rpmdb.sqlite", try RpmTests.sqlite(headers), mode: 0o644), .symlink("sbin", "usr/sbin"),
        ])
        #expect(
            found.edges == [
                "bash -> filesystem glibc", "filesystem -> bash tool", "glibc -> ", "perl-Carp -> ",
                "tool -> bash filesystem glibc perl-Carp",
            ])
    }

    /// What is remembered says the same.
    @Test func remembered() throws {
        let layer = try TestLayer([
            Self.status(Self.dpkg("a", "Essential: yes\nDepends: b | c"), Self.dpkg("c", "Provides: b"))
        ]).inventory()
        #expect(try LayerInventory(encoded: layer.encoded) == layer)
        #expect(
            ImageInventory(layers: [(nil, try LayerInventory(encoded: layer.encoded))]).edges == ["a -> c", "c -> "])
    }

    /// Many requirements and names cost what their text costs.
    @Test func manyRequirements() throws {
        let names = (0..<10_000).map { "p\($0)" }.joined(separator: ", ")
        let provides = (0..<100).map { Self.dpkg("x\($0)", "Provides: p1, \(names.prefix(2_000))") }.joined(
            separator: "\n")
        let found = try inventory([
            .file("var/lib/dpkg/status", Self.dpkg("a", "Depends: \(names)") + "\n" + provides)
        ])
        let graph = found.graph()
        #expect(graph.dependencies[0] == [1])
        #expect(!graph.isCut)
    }

    @Test func choices() {
        var list = ChoiceList()
        list.add(["a".utf8, "".utf8, "b c".utf8, "d".utf8])
        list.add(["".utf8])
        list.add("e\n".utf8)
        list.add(String(repeating: "x", count: 2_000).utf8)
        list.add("f".utf8)
        var found: [[String]] = []
        list.forEach { found.append($0) }
        #expect(found == [["a", "d"], ["f"]])
        var table = RequirementTable()
        for _ in 0..<40 {
            var requirements = PackageRequirements()
            requirements.choices = ChoiceList(bytes: [UInt8](repeating: 0x61, count: 2 << 20))
            table.append(requirements)
        }
        #expect(table.rows.count == 40 && table.rows.compactMap { $0 }.count == 31)
    }
}
