import CLinux
import Foundation
import Glibc
import LayerFormat
import OCI
import Testing

func setxattrOpaque(_ path: String) -> Bool {
    setxattr(path, "trusted.overlay.opaque", "y", 1, 0) == 0
}

func isOpaque(_ path: String) -> Bool {
    var value: UInt8 = 0
    return getxattr(path, "trusted.overlay.opaque", &value, 1) == 1 && value == UInt8(ascii: "y")
}

func isWhiteout(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0
}

private func file(_ path: String, uid: UInt32 = getuid(), gid: UInt32 = getgid(), mode: UInt32 = 0o644) -> TarEntry {
    TarEntry(name: name(path), kind: .file, mode: mode, uid: uid, gid: gid)
}

private func directory(_ path: String, mode: UInt32 = 0o755) -> TarEntry {
    TarEntry(name: name(path), kind: .directory, mode: mode, uid: getuid(), gid: getgid())
}

private func link(_ path: String, _ kind: TarEntry.Kind, to target: String) -> TarEntry {
    TarEntry(name: name(path), kind: kind, mode: 0o644, uid: getuid(), gid: getgid(), linkName: name(target))
}

@discardableResult
private func apply(_ members: [(TarEntry, [UInt8])], into directory: String) throws -> AppliedLayer {
    try applyLayer(from: MemorySource(try tar(members)), into: directory)
}

private func content(_ path: String) -> String? {
    (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) }
}

@Suite struct ApplyLayerTests {
    @Test func unpacksWhatWasWritten() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let scratch = try Scratch()
            let upper = scratch.directory("upper")
            try makeRandomTree(upper, seed: seed)
            for compression in [Compression.none, .gzip(level: 6), .zstd(level: 3)] {
                let path = scratch.path + "/layer"
                let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
                defer { close(descriptor) }
                let written = try writeLayer(upper: upper, lowers: [], compression: compression, to: descriptor)
                let target = scratch.directory("target-\(compression)")
                let applied = try applyLayer(from: descriptor, path: path, into: target)
                #expect(applied.diffID == written.diffID)
                #expect(applied.digest == written.digest)
                #expect(applied.size == written.size)
                #expect(applied.uncompressedSize == written.uncompressedSize)
                #expect(applied.impliedDirectories.isEmpty)
                #expect(try listing(target) == listing(upper), "seed \(seed)")
            }
        }
    }

    @Test func foreignCompressionsAreRead() throws {
        let scratch = try Scratch()
        var random = Sequenced(3)
        let big = (0..<1_300_000).map { _ in UInt8(truncatingIfNeeded: random.next() % 7) }
        let tar = try tar([(file("big"), big), (file("small"), [1])])
        let path = try scratch.file("layer.tar", tar)
        for (tool, suffix) in [("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz"), ("zstd", "zst")] {
            guard let result = try run(tool, "-k", "-q", path) else { continue }
            #expect(result.status == 0)
            let descriptor = open("\(path).\(suffix)", O_RDONLY)
            defer { close(descriptor) }
            let target = scratch.directory(suffix)
            let applied = try applyLayer(from: descriptor, path: path, into: target)
            #expect(applied.diffID == Digest.sha256(of: tar))
            #expect(try Data(contentsOf: URL(fileURLWithPath: target + "/big")) == Data(big))
            // A gzip file may have many members, and zeros after them.
            if tool == "gzip" {
                let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(path).gz")))
                let cut = scratch.directory("cut")
                #expect(throws: (any Error).self) {
                    try applyLayer(from: MemorySource(Array(bytes.dropLast(9))), into: cut)
                }
                let padded = scratch.directory("padded")
                #expect(
                    try applyLayer(from: MemorySource(bytes + [UInt8](repeating: 0, count: 5000)), into: padded).diffID
                        == Digest.sha256(of: tar))
                let garbage = scratch.directory("garbage")
                #expect(throws: (any Error).self) { try applyLayer(from: MemorySource(bytes + [7]), into: garbage) }
            }
        }
    }

    @Test(.enabled(if: isRoot, "whiteouts need root")) func whiteoutsBecomeOverlays() throws {
        let scratch = try Scratch()
        let root = scratch.directory("root")
        try apply(
            [
                (file(".wh.gone"), []), (directory("d"), []), (file("d/.wh..wh..opq"), []), (file("d/x"), [1]),
                (file(".wh..wh.plnk"), []),
                // Replaced, in either order: the old content must not show through.
                (file(".wh.replaced"), []), (directory("replaced"), []), (directory("before"), []),
                (file(".wh.before"), []), (file(".wh.implied"), []), (file("implied/x"), [1]),
                (file("kept"), [1]), (file(".wh.kept"), []),
            ], into: root)
        #expect(isWhiteout(root + "/gone"))
        #expect(isOpaque(root + "/d"))
        #expect(isOpaque(root + "/replaced"))
        #expect(isOpaque(root + "/before"))
        #expect(isOpaque(root + "/implied"))
        #expect(content(root + "/kept") == "\u{1}")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: root).sorted()
                == ["before", "d", "gone", "implied", "kept", "replaced"])
    }

    @Test func directoriesKeepTheirTimes() throws {
        let scratch = try Scratch()
        var d = directory("d", mode: 0o2750)
        d.modificationSeconds = 12345
        d.modificationNanoseconds = 500
        try apply([(d, []), (file("d/f"), [])], into: scratch.path)
        var status = stat()
        lstat(scratch.path + "/d", &status)
        #expect(status.st_mtim.tv_sec == 12345)
        #expect(status.st_mtim.tv_nsec == 500)
        #expect(status.st_mode & 0o7777 == 0o2750)
    }

    @Test func unlistedDirectoriesTakeTheirAttributesFromBelow() throws {
        let scratch = try Scratch()
        let lower = scratch.directory("lower")
        mkdir(lower + "/tmp", 0o777)
        chmod(lower + "/tmp", 0o1777)
        var options = ApplyOptions()
        options.parents = [lower]
        let target = scratch.directory("target")
        let bytes = try tar([(file("tmp/a/f"), [])])
        let applied = try applyLayer(from: MemorySource(bytes), into: target, options: options)
        #expect(applied.impliedDirectories == [name("tmp"), name("tmp/a")])
        var status = stat()
        lstat(target + "/tmp", &status)
        #expect(status.st_mode & 0o7777 == 0o1777)
        lstat(target + "/tmp/a", &status)
        #expect(status.st_mode & 0o7777 == 0o755)
    }

    @Test func laterEntriesReplaceEarlierOnes() throws {
        let scratch = try Scratch()
        try apply(
            [
                (file("a"), [1]), (directory("a"), []), (file("a/b"), [2]), (directory("c"), []), (file("c/d"), []),
                (file("c"), Array("file".utf8)), (file("e"), [1]), (link("f", .hardlink, to: "e"), []),
                (link("f", .hardlink, to: "e"), []), (link("e", .symlink, to: "x"), []),
            ], into: scratch.path)
        #expect(content(scratch.path + "/a/b") == "\u{2}")
        #expect(content(scratch.path + "/c") == "file")
        #expect(content(scratch.path + "/f") == "\u{1}")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path + "/e") == "x")
    }

    @Test func namesAreBytes() throws {
        let scratch = try Scratch()
        let odd: PathBytes = [0xFF, 0x0A, 0x20, 0xFE]
        let bytes = try tar([(TarEntry(name: odd, kind: .file, mode: 0o644, uid: getuid(), gid: getgid()), [9])])
        let target = scratch.directory("t")
        _ = try applyLayer(from: MemorySource(bytes), into: target)
        var seen: [TarEntry] = []
        _ = try writeLayer(upper: target, lowers: [], observer: { seen.append($0) }, to: { _ in })
        #expect(seen.map(\.name) == [odd])
    }
}

/// A tree with files of many sizes, links, odd names and modes.
private func makeRandomTree(_ root: String, seed: UInt64) throws {
    var random = Sequenced(seed)
    var directories = [root]
    var files: [String] = []
    for index in 0..<60 {
        let parent = directories[Int(random.next() % UInt64(directories.count))]
        let long = String(repeating: "n", count: Int(random.next() % 180))
        let path = parent + "/" + ["\(index)", "é\(index)", " \(index)", long + "\(index)"][Int(random.next() % 4)]
        switch random.next() % 8 {
        case 0, 1:
            mkdir(path, 0o755)
            directories.append(path)
        case 2: symlink(String(repeating: "t", count: Int(random.next() % 300) + 1), path)
        case 3:
            guard let target = files.randomElement(using: &random) else { continue }
            link(target, path)
        case 4: mkfifo(path, 0o640)
        default:
            let size = [0, 1, 511, 512, 513, 100_000, 1_200_000][Int(random.next() % 7)]
            var content = [UInt8](repeating: UInt8(truncatingIfNeeded: random.next()), count: size)
            for place in stride(from: 0, to: size, by: 97) { content[place] = UInt8(truncatingIfNeeded: random.next()) }
            try Data(content).write(to: URL(fileURLWithPath: path))
            files.append(path)
            chmod(path, [0o644, 0o755, 0o4755, 0o2711, 0o600][Int(random.next() % 5)])
            if isRoot, random.next() % 3 == 0 {
                lchown(path, uid_t(random.next() % 3_000_000), gid_t(random.next() % 70000))
                chmod(path, 0o4711)
            }
        }
    }
    for path in files + directories.reversed() {
        let time = Int(random.next() % 4_000_000_000) - 1000
        let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
        utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW)
    }
}

@Suite struct HostileLayerTests {
    /// Unpacks next to a file that must stay what it is, and looks that nothing else came to be.
    private func attack(_ members: [(TarEntry, [UInt8])]) throws -> (
        root: String, scratch: Scratch, error: (any Error)?
    ) {
        let scratch = try Scratch()
        _ = try scratch.file("secret", Array("secret".utf8))
        let root = scratch.directory("root")
        var failure: (any Error)?
        do { try apply(members, into: root) } catch { failure = error }
        #expect(content(scratch.path + "/secret") == "secret")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["root", "secret"])
        return (root, scratch, failure)
    }

    @Test func parentDirectoriesAreRefused() throws {
        for path in ["../secret", "a/../../secret", "..", "/../secret"] {
            let result = try attack([(file(path), [1])])
            #expect(result.error is LayerFormatError)
        }
    }

    @Test func absoluteNamesStayInside() throws {
        let result = try attack([(file("/etc/whittle-test"), [1])])
        #expect(result.error == nil)
        #expect(content(result.root + "/etc/whittle-test") == "\u{1}")
    }

    @Test func symbolicLinksAreResolvedInside() throws {
        for target in ["..", "../..", "/", "../../../../../..", "../secret/.."] {
            let result = try attack([(link("l", .symlink, to: target), []), (file("l/secret"), [1])])
            #expect(content(result.root + "/secret") == "\u{1}", "\(target)")
        }
        // The last component is replaced, not followed.
        let result = try attack([(link("l", .symlink, to: "../secret"), []), (file("l"), [1])])
        #expect(content(result.root + "/l") == "\u{1}")
        let directory = try attack([(link("l", .symlink, to: "../"), []), (directory("l", mode: 0o700), [])])
        #expect(directory.error == nil)
    }

    @Test func linkLoopsEnd() throws {
        let result = try attack([
            (link("a", .symlink, to: "b"), []), (link("b", .symlink, to: "a"), []), (file("a/x"), []),
        ])
        #expect(result.error is LayerFormatError)
    }

    @Test func hardLinksStayInside() throws {
        for target in ["../secret", "/../secret", "l/secret", "/secret"] {
            let result = try attack([
                (link("l", .symlink, to: ".."), []), (link("h", .hardlink, to: target), []), (file("h"), [1]),
            ])
            #expect(result.error is LayerFormatError, "\(target)")
        }
        let directory = try attack([(directory("d"), []), (link("h", .hardlink, to: "d"), [])])
        #expect(directory.error is LayerFormatError)
    }

    @Test func whiteoutsStayInside() throws {
        for path in [".wh.", ".wh..", ".wh...", "a/.wh..."] {
            let result = try attack([(file(path), [])])
            #expect(result.error is LayerFormatError, "\(path)")
        }
    }

    @Test func overlayAttributesAreDropped() throws {
        var entry = directory("d")
        entry.attributes = [
            .init(name: "trusted.overlay.redirect", value: Array("/etc".utf8)),
            .init(name: "user.overlay.opaque", value: [0x79]), .init(name: "user.kept", value: [1]),
        ]
        let result = try attack([(entry, [])])
        #expect(result.error == nil)
        var list = [CChar](repeating: 0, count: 256)
        let count = listxattr(result.root + "/d", &list, list.count)
        let names = String(decoding: list.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(!names.contains("overlay"))
    }

    @Test func endlessPathsAreRefused() throws {
        let result = try attack([(file(String(repeating: "a/", count: 60_000) + "f"), [])])
        #expect(result.error is LayerFormatError)
    }

    @Test func aFileOnTheWayIsAnError() throws {
        let result = try attack([(file("a"), []), (file("a/b"), [])])
        #expect(result.error is LayerFormatError)
    }

    @Test func damagedLayersAreErrorsNotCrashes() throws {
        let scratch = try Scratch()
        let good = try tar([
            (directory("d"), []), (file("d/" + String(repeating: "n", count: 150)), [1, 2, 3]),
            (link("l", .symlink, to: "d"), []), (file("big"), [UInt8](repeating: 5, count: 3000)),
        ])
        for length in stride(from: 0, to: good.count - 1024, by: 97) {
            let target = scratch.directory("cut")
            _ = try? applyLayer(from: MemorySource(Array(good[..<length])), into: target)
        }
        var random = Sequenced(11)
        for _ in 0..<400 {
            var bytes = good
            for _ in 0..<Int(random.next() % 4 + 1) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let target = scratch.directory("flipped")
            _ = try? applyLayer(from: MemorySource(bytes), into: target)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(Set(names).isSubset(of: ["cut", "flipped"]))
    }
}
