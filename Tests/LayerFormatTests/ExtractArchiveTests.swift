import CLinux
import Foundation
import Glibc
import LayerFormat
import OCI
import Testing

private func file(_ path: String, mode: UInt32 = 0o644, uid: UInt32 = getuid(), gid: UInt32 = getgid()) -> TarEntry {
    TarEntry(name: name(path), kind: .file, mode: mode, uid: uid, gid: gid)
}

private func directory(_ path: String, mode: UInt32 = 0o755) -> TarEntry {
    TarEntry(name: name(path), kind: .directory, mode: mode, uid: getuid(), gid: getgid())
}

private func link(_ path: String, _ kind: TarEntry.Kind, to target: String) -> TarEntry {
    TarEntry(name: name(path), kind: kind, mode: 0o644, uid: getuid(), gid: getgid(), linkName: name(target))
}

/// A root file system with a secret next to it.
private struct Place {
    let scratch: Scratch
    let root: String

    init() throws {
        scratch = try Scratch()
        root = scratch.directory("root")
        _ = try scratch.file("secret", Array("secret".utf8))
    }

    func extract(
        _ members: [(TarEntry, [UInt8])], to path: String, owner: (uid: UInt32, gid: UInt32)? = nil
    ) throws {
        let archive = try scratch.file("archive", try tar(members))
        let descriptor = open(archive, O_RDONLY)
        let rootDescriptor = open(root, O_RDONLY | O_DIRECTORY)
        defer {
            close(descriptor)
            close(rootDescriptor)
            unlink(archive)
        }
        try extractArchive(descriptor, into: rootDescriptor, path: name(path), owner: owner)
        #expect(content("../secret") == "secret")
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: scratch.path)).isSubset(
                of: ["archive", "root", "secret"]))
    }

    func content(_ path: String) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: root + "/" + path))).map { String(decoding: $0, as: UTF8.self) }
    }

    func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(root + "/" + path, &status) == 0 ? status : nil
    }
}

@Suite struct ExtractArchiveTests {
    /// An archive of one file whose header says another type.
    private func archive(type: Character) throws -> [UInt8] {
        var bytes = try tar([(file("a"), [1])])
        bytes[156] = type.asciiValue ?? 0
        bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        bytes.replaceSubrange(148..<148 + sum.utf8.count, with: sum.utf8)
        return bytes
    }

    @Test(
        "an archive with members that Docker does not know is one, but cannot be extracted", arguments: ["7", "V"])
    func unknownMembers(_ type: Character) throws {
        let bytes = try archive(type: type)
        #expect(try isArchive(bytes))
        let place = try Place()
        let descriptor = open(try place.scratch.file("strange", bytes), O_RDONLY)
        let root = open(place.root, O_RDONLY | O_DIRECTORY)
        defer {
            close(descriptor)
            close(root)
        }
        #expect(throws: OCIError.self) { try extractArchive(descriptor, into: root, path: name("o")) }
    }

    @Test("times before 1970 become its beginning")
    func earlyTimes() throws {
        let place = try Place()
        var early = file("early")
        early.modificationSeconds = -5
        try place.extract([(early, [])], to: "o")
        #expect(place.status("o/early")?.st_mtim.tv_sec == 0)
    }

    @Test("what is behind the end of the archive is not looked at, the compression's checksum included")
    func damagedEnd() throws {
        let scratch = try Scratch()
        let path = try scratch.file("t.tar", try tar([(file("a"), [1, 2, 3])]))
        guard try run("gzip", "-k", "-q", path) != nil else { return }
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
        bytes[bytes.count - 8] ^= 0xFF
        #expect(try isArchive(bytes))
    }

    private func isArchive(_ bytes: [UInt8]) throws -> Bool {
        let scratch = try Scratch()
        let descriptor = open(try scratch.file("file", bytes), O_RDONLY)
        defer { close(descriptor) }
        return looksLikeArchive(descriptor)
    }

    @Test func archivesAreKnownByTheirContent() throws {
        let plain = try tar([(file("a"), [1, 2, 3])])
        #expect(try isArchive(plain))
        #expect(try isArchive(Array(plain[..<1024])), "what follows the first header does not count")
        #expect(try !isArchive([]))
        #expect(try !isArchive(Array("#!/bin/sh\n".utf8)))
        #expect(try !isArchive([UInt8](repeating: 0, count: 10240)), "an empty tar is a file like any other")
        #expect(try !isArchive(Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 1, count: 600)))
        #expect(try !isArchive([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]))
        let scratch = try Scratch()
        let path = try scratch.file("t.tar", plain)
        for (tool, suffix) in [("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz"), ("zstd", "zst")] {
            guard try run(tool, "-k", "-q", path) != nil else { continue }
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(path).\(suffix)")))
            #expect(try isArchive(bytes), "\(tool)")
            #expect(try !isArchive(Array(bytes.prefix(20))), "\(tool), cut off")
        }
        let text = try scratch.file("text", Array("text".utf8))
        if try run("gzip", "-k", "-q", text) != nil {
            #expect(try !isArchive(Array(try Data(contentsOf: URL(fileURLWithPath: text + ".gz")))))
        }
        let directory = open(scratch.path, O_RDONLY)
        defer { close(directory) }
        #expect(!looksLikeArchive(directory))
    }

    @Test func namesAreClampedToTheDestination() throws {
        let place = try Place()
        try place.extract(
            [(file("../../up"), [1]), (file("/absolute"), [2]), (file("a/../../b"), [3]), (file("./c/./d"), [4])],
            to: "/x/y")
        for path in ["x/y/up", "x/y/absolute", "x/y/b", "x/y/c/d"] { #expect(place.status(path) != nil, "\(path)") }
        #expect(place.status("up") == nil)
    }

    @Test func linksAreResolvedInsideTheDestination() throws {
        let place = try Place()
        mkdir(place.root + "/x", 0o755)
        symlink("../..", place.root + "/x/there")
        try place.extract(
            [
                (link("up", .symlink, to: "../../.."), []), (file("up/secret"), [1]), (file("there/other"), [2]),
                (link("hard", .hardlink, to: "up/secret"), []),
            ], to: "x")
        #expect(place.content("x/secret") == "\u{1}")
        #expect(place.content("x/other") == "\u{2}")
        #expect(place.content("x/hard") == "\u{1}")
        #expect(throws: LayerFormatError.self) {
            try place.extract([(link("h", .hardlink, to: "../../secret2"), [])], to: "x")
        }
    }

    @Test func linksThatLeadNowhereAreNotWrittenThrough() throws {
        let place = try Place()
        for path in ["etc/f", "etc/new/f"] {
            #expect(throws: LayerFormatError.self) {
                try place.extract([(link("etc", .symlink, to: "/etc"), []), (file(path), [1])], to: "x")
            }
        }
        try place.extract(
            [
                (directory("d"), []), (link("to-d", .symlink, to: "/d"), []), (link("again", .symlink, to: "to-d"), []),
                (file("again/new/f"), [1]),
            ], to: "y")
        #expect(place.content("y/d/new/f") == "\u{1}")
    }

    @Test func theDestinationMayBeALink() throws {
        let place = try Place()
        mkdir(place.root + "/real", 0o755)
        symlink("/real", place.root + "/alias")
        symlink("/../../../outside", place.root + "/dangling")
        try place.extract([(file("f"), [1])], to: "/alias/")
        #expect(place.content("real/f") == "\u{1}")
        try place.extract([(file("f"), [1])], to: "/dangling")
        #expect(place.content("outside/f") == "\u{1}")
    }

    @Test func existingThingsAreReplacedAndDirectoriesMerged() throws {
        let place = try Place()
        for path in ["/d", "/file", "/link-target"] { mkdir(place.root + path, 0o755) }
        _ = try place.scratch.file("root/d/old", [1])
        _ = try place.scratch.file("root/dir", [1])
        symlink("link-target", place.root + "/link")
        try place.extract(
            [
                (directory("d", mode: 0o700), []), (file("d/new"), [2]), (file("file"), [3]), (directory("dir"), []),
                (file("link"), [4]), (file("twice"), [5]), (file("twice"), [6]),
            ], to: "/")
        #expect(place.content("d/old") == "\u{1}")
        #expect(place.status("d")?.st_mode == S_IFDIR | 0o700)
        #expect(place.content("file") == "\u{3}")
        #expect(place.status("dir").map { $0.st_mode & S_IFMT } == S_IFDIR)
        #expect(place.status("link").map { $0.st_mode & S_IFMT } == S_IFREG)
        #expect(place.content("twice") == "\u{6}")
    }

    @Test func whiteoutsRemove() throws {
        let place = try Place()
        for path in ["/d", "/o"] { mkdir(place.root + path, 0o755) }
        for path in ["d/x", "victim", "o/old", "stays"] { _ = try place.scratch.file("root/" + path) }
        try place.extract(
            [
                (file(".wh.victim"), []), (file(".wh.d"), []), (file("o/new"), [1]), (file("o/.wh..wh..opq"), []),
                (file(".wh.never"), []),
            ], to: "/")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.root).sorted() == ["o", "stays"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.root + "/o") == ["new"])
    }

    @Test(.enabled(if: isRoot, "changing owners needs root")) func ownersAndSpecialFiles() throws {
        let place = try Place()
        var device = TarEntry(name: name("null"), kind: .characterDevice, mode: 0o666)
        device.deviceMajor = 1
        device.deviceMinor = 3
        var first = file("f", mode: 0o4755, uid: 5, gid: 6)
        first.attributes = [.init(name: "security.capability", value: [1, 0, 0, 2] + [UInt8](repeating: 0, count: 16))]
        let members: [(TarEntry, [UInt8])] = [
            (first, [1]), (device, []), (TarEntry(name: name("p"), kind: .fifo, mode: 0o620), []),
            (file("deep/er/f", uid: 7, gid: 8), []),
        ]
        try place.extract(members, to: "a")
        #expect(place.status("a/f").map { [$0.st_uid, $0.st_gid, $0.st_mode & 0o7777] } == [5, 6, 0o4755])
        #expect(getxattr(place.root + "/a/f", "security.capability", nil, 0) == 20)
        #expect(place.status("a/null").map { $0.st_rdev } == gnu_dev_makedev(1, 3))
        #expect(place.status("a/p").map { $0.st_mode } == S_IFIFO | 0o620)
        #expect(place.status("a/deep/er").map { [$0.st_uid, $0.st_gid] } == [0, 0])
        try place.extract(members, to: "b/c", owner: (11, 12))
        for path in ["b", "b/c", "b/c/f", "b/c/null", "b/c/p", "b/c/deep/er/f"] {
            #expect(place.status(path).map { [$0.st_uid, $0.st_gid] } == [11, 12], "\(path)")
        }
        #expect(place.status("b/c/deep").map { [$0.st_uid, $0.st_gid] } == [0, 0])
        #expect(place.status("b/c/f").map { $0.st_mode & 0o7777 } == 0o4755)
    }

    @Test(.enabled(if: isRoot, "changing owners needs root")) func aLinksEntryIsAboutTheFile() throws {
        let place = try Place()
        var second = link("b", .hardlink, to: "a")
        second.uid = 3
        second.mode = 0o600
        second.modificationSeconds = 99
        try place.extract([(file("a", mode: 0o777, uid: 2), [1]), (second, [])], to: "/")
        #expect(place.status("a").map { [$0.st_uid, $0.st_mode & 0o7777] } == [3, 0o600])
        #expect(place.status("a").map { $0.st_mtim.tv_sec } == 99)
    }

    @Test func aDamagedEndIsAnError() throws {
        let place = try Place()
        let bytes = try tar([(file("a"), [UInt8](repeating: 1, count: 5000))])
        let archive = try place.scratch.file("archive", Array(bytes[..<3000]))
        let descriptor = open(archive, O_RDONLY)
        let root = open(place.root, O_RDONLY | O_DIRECTORY)
        defer {
            close(descriptor)
            close(root)
        }
        #expect(looksLikeArchive(descriptor))
        #expect(throws: OCIError.self) { try extractArchive(descriptor, into: root, path: name("/")) }
    }
}

/// The function by a name that the tests' own does not hide.
private func looksLikeArchive(_ descriptor: Int32) -> Bool { isArchive(descriptor) }
