import LayerFormat
import OCI
import Testing

@testable import Inventory

/// What an image of several layers shows, and which layer brought it.
struct OverlayTests {
    private static func status(_ packages: [(String, String)]) -> TestLayer.Member {
        .file(
            "var/lib/dpkg/status",
            packages.map { "Package: \($0.0)\nStatus: install ok installed\nArchitecture: amd64\nVersion: \($0.1)\n" }
                .joined(separator: "\n"))
    }

    private static func npm(_ name: String, _ version: String) -> TestLayer.Member {
        .file("app/node_modules/\(name)/package.json", #"{"name":"\#(name)","version":"\#(version)"}"#)
    }

    @Test func removedAndInstalledAgain() throws {
        let found = try inventory(
            [Self.status([("libc6", "2.36"), ("curl", "7.88")]), Self.npm("lodash", "4.17.21")],
            [Self.status([("libc6", "2.36")]), .whiteout("app/node_modules/lodash")],
            [Self.status([("libc6", "2.36"), ("curl", "7.88")]), Self.npm("lodash", "4.17.21")])
        #expect(
            found.lines == [
                "deb curl 7.88 var/lib/dpkg/status @2", "deb libc6 2.36 var/lib/dpkg/status @0",
                "npm lodash 4.17.21 app/node_modules/lodash/package.json @2",
            ])
        #expect(found.hiddenPackages.isEmpty)
    }

    /// No kernel makes such paths; they would only cost time and memory.
    @Test func pathsThatNobodyCanHave() throws {
        let deep = String(repeating: "d/", count: 400)
        let long = String(repeating: "x", count: 5_000)
        let found = try inventory([
            .file(deep + "node_modules/a/package.json", #"{"name":"a","version":"1"}"#),
            .file(long + "/node_modules/b/package.json", #"{"name":"b","version":"1"}"#),
            .symlink(deep + "link", "../x"), Self.npm("c", "1.0.0"),
        ])
        #expect(found.packages.map(\.name) == ["c"])
        #expect(found.warnings.map(\.reason) == ["its path is too long", "its path is too long"])
    }

    @Test func severalLinksToOnePlace() throws {
        let owner = TestLayer.Member.file(
            "var/lib/dpkg/status", "Package: python3-a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n")
        let record = TestLayer.Member.file("usr/lib/real/a-1.dist-info/METADATA", "Name: a\nVersion: 1\n\n")
        for (name, isOwned) in [("one", true), ("two", true), ("three", false)] {
            let found = try inventory([
                owner, record, .symlink("one", "usr/lib"), .symlink("usr/two", "lib/real"),
                .file(
                    "var/lib/dpkg/info/python3-a.list",
                    name == "one"
                        ? "/one/real/a-1.dist-info/METADATA\n" : "/usr/\(name)/a-1.dist-info/METADATA\n"),
            ])
            #expect(Set(found.packages.map(\.name)) == (isOwned ? ["python3-a"] : ["a", "python3-a"]))
        }
    }

    @Test func hiddenPackages() throws {
        let found = try inventory(
            [Self.status([("curl", "7.88")]), Self.npm("lodash", "4.17.20")],
            [Self.npm("lodash", "4.17.21")],
            [Self.status([])])
        #expect(found.lines == ["npm lodash 4.17.21 app/node_modules/lodash/package.json @1"])
        #expect(
            found.hiddenPackages.map { "\($0.name) \($0.version) \($0.layer.index) \($0.removedBy?.index ?? -1)" }
                == ["curl 7.88 0 2", "lodash 4.17.20 0 1"])
    }

    @Test func equalRecordKeepsItsLayer() throws {
        let found = try inventory([Self.npm("a", "1.0.0")], [], [Self.npm("a", "1.0.0"), Self.npm("b", "2.0.0")])
        #expect(found.packages.map(\.layer.index) == [0, 2])
    }

    @Test func noDatabaseMeansUnchangedAndEmptyMeansWiped() throws {
        let unchanged = try inventory([Self.status([("a", "1")])], [.file("etc/x", "")])
        #expect(unchanged.packages.map(\.layer.index) == [0])
        let wiped = try inventory([Self.status([("a", "1")])], [.file("var/lib/dpkg/status", "")])
        #expect(wiped.packages.isEmpty)
    }

    @Test func whiteoutOfADirectory() throws {
        let found = try inventory([Self.npm("a", "1.0.0"), Self.npm("ab", "1.0.0")], [.whiteout("app/node_modules/a")])
        #expect(found.packages.map(\.name) == ["ab"])
        #expect(try inventory([Self.npm("a", "1.0.0")], [.whiteout("app")]).packages.isEmpty)
    }

    @Test func whiteoutAndReplacementInOneLayer() throws {
        let found = try inventory(
            [Self.npm("a", "1.0.0")], [Self.npm("a", "2.0.0"), .whiteout("app/node_modules/a")])
        #expect(found.lines == ["npm a 2.0.0 app/node_modules/a/package.json @1"])
    }

    @Test func opaqueHidesLowerLayersOnly() throws {
        for order in [true, false] {
            var members = [TestLayer.Member.opaque("app/node_modules"), Self.npm("b", "1.0.0")]
            if !order { members.reverse() }
            let found = try inventory([Self.npm("a", "1.0.0")], members)
            #expect(found.packages.map(\.name) == ["b"])
        }
        #expect(try inventory([Self.npm("a", "1.0.0")], [.file(".wh..wh..opq", "")]).packages.isEmpty)
    }

    @Test func aFileInPlaceOfADirectory() throws {
        #expect(try inventory([Self.npm("a", "1.0.0")], [.file("app", "")]).packages.isEmpty)
        #expect(try inventory([Self.npm("a", "1.0.0")], [.symlink("app", "opt")]).packages.isEmpty)
        // A directory in place of a directory hides nothing.
        #expect(try inventory([Self.npm("a", "1.0.0")], [.directory("app")]).packages.count == 1)
        // Something else in place of the record itself.
        let path = "app/node_modules/a/package.json"
        #expect(try inventory([Self.npm("a", "1.0.0")], [.symlink(path, "x")]).packages.isEmpty)
        #expect(try inventory([Self.npm("a", "1.0.0")], [.device(path)]).packages.isEmpty)
        #expect(try inventory([Self.npm("a", "1.0.0")], [.directory(path)]).packages.isEmpty)
    }

    @Test func throughASymlinkedDirectory() throws {
        let apk = "P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n\n"
        let found = try inventory(
            [.symlink("lib", "usr/lib"), .file("lib/apk/db/installed", apk)], [.file("usr/lib/apk/db/installed", apk)])
        #expect(found.lines == ["apk musl 1.2.4-r2 usr/lib/apk/db/installed @0"])
        // A link over a directory is not a second place.
        let linked = try inventory([Self.npm("a", "1.0.0"), .symlink("srv", "app"), .symlink("x", "/app/node_modules")])
        #expect(linked.packages.count == 1)
        // A directory that takes the place of the link.
        let replaced = try inventory(
            [.symlink("app", "opt")], [.directory("app"), Self.npm("a", "1.0.0")])
        #expect(replaced.lines == ["npm a 1.0.0 app/node_modules/a/package.json @1"])
    }

    @Test func loopsOfLinks() throws {
        let found = try inventory(
            [
                .symlink("a", "b"), .symlink("b", "a"), .symlink("c", "c/c"), .symlink("app", "/../../app2"),
                Self.npm("x", "1.0.0"), .file("a/node_modules/y/package.json", #"{"name":"y","version":"1.0.0"}"#),
                .file("c/node_modules/z/package.json", #"{"name":"z","version":"1.0.0"}"#),
            ])
        #expect(found.packages.count == 3)
        #expect(found.packages.first?.path == "app2/node_modules/x/package.json")
    }

    @Test func hardLinks() throws {
        let manifest = #"{"name":"a","version":"1.0.0"}"#
        // To a file that looks like nothing, before and after others.
        let found = try inventory([
            .file("cache/xyz", manifest), .hardlink("app/node_modules/a/package.json", "cache/xyz"),
            .file("store/b/node_modules/b/package.json", #"{"name":"b","version":"1.0.0"}"#),
            .hardlink("app/node_modules/b/package.json", "./store/b/node_modules/b/package.json"),
        ])
        #expect(
            found.lines == [
                "npm a 1.0.0 app/node_modules/a/package.json @0", "npm b 1.0.0 app/node_modules/b/package.json @0",
                "npm b 1.0.0 store/b/node_modules/b/package.json @0",
            ])
        // To a file of the layer below, as some tools write them.
        let below = try inventory(
            [Self.npm("a", "1.0.0")],
            [.hardlink("srv/node_modules/a/package.json", "app/node_modules/a/package.json")])
        #expect(below.packages.map(\.layer.index) == [0, 1])
        // To nothing, and out of the image.
        let none = try inventory([
            .hardlink("app/node_modules/a/package.json", "nowhere"),
            .hardlink("app/node_modules/b/package.json", "../../etc/passwd"),
        ])
        #expect(none.packages.isEmpty)
        #expect(none.warnings.count == 1)
    }

    @Test func namesThatLeadOut() throws {
        let manifest = #"{"name":"evil","version":"1.0.0"}"#
        let found = try inventory([
            .file("../app/node_modules/evil/package.json", manifest),
            .file("app/../../node_modules/evil/package.json", manifest),
            .file("/app/node_modules/absolute/package.json", #"{"name":"absolute","version":"1.0.0"}"#),
            .file("./app/./node_modules/dotted/package.json", #"{"name":"dotted","version":"1.0.0"}"#),
        ])
        #expect(found.packages.map(\.name) == ["absolute", "dotted"])
        #expect(found.warnings.count == 2)
    }

    @Test func theLastMemberOfANameCounts() throws {
        let found = try inventory([Self.npm("a", "1.0.0"), Self.npm("a", "2.0.0")])
        #expect(found.packages.map(\.version) == ["2.0.0"])
        #expect(
            try inventory([Self.npm("a", "1.0.0"), .symlink("app/node_modules/a/package.json", "x")]).packages.isEmpty)
    }

    @Test(arguments: [Compression.gzip(level: 6), .zstd(level: 3)]) func compressed(_ compression: Compression) throws {
        let big = [UInt8](repeating: 7, count: 6 << 20)
        let layer = try TestLayer([
            Self.npm("a", "1.0.0"), .file("bin/big", [0x7F, 0x45, 0x4C, 0x46] + big, mode: 0o755),
            .file("cache/x", #"{"name":"b","version":"1.0.0"}"#),
            .hardlink("app/node_modules/b/package.json", "cache/x"), Self.status([("c", "1")]),
        ])
        let plain = try layer.inventory()
        #expect(try layer.inventory(compression: compression) == plain)
        #expect(ImageInventory(layers: [(nil, plain)]).packages.count == 3)
    }

    @Test func anotherLayerThanExpected() throws {
        let layer = try TestLayer([Self.npm("a", "1.0.0")])
        let wrong = Digest.sha256(of: Array("x".utf8))
        #expect(throws: OCIError.self) {
            try walkLayer(Blob(layer.bytes), expecting: wrong, name: "layer", visitors: [InventoryCollector()])
        }
    }

    @Test func rememberedLayers() throws {
        let layer = try TestLayer([
            Self.npm("a", "1.0.0"), Self.status([("c", "1:2-3")]), .symlink("lib", "usr/lib"), .directory("opt"),
            .whiteout("x/y"), .opaque("z"), .hardlink("app/node_modules/b/package.json", "elsewhere"),
            .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"), .file("../x", ""),
            .file("var/lib/dpkg/info/c.list", "/.\n/usr\n/usr/bin/c\n"),
        ])
        let inventory = try layer.inventory()
        #expect(try LayerInventory(encoded: inventory.encoded) == inventory)
        let bytes = inventory.encoded
        for cut in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: InventoryError.self) { try LayerInventory(encoded: Array(bytes[..<cut])) }
        }
    }
}
