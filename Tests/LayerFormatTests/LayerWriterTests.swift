import Foundation
import Glibc
import LayerFormat
import OCI
import Testing

@Suite struct LayerWriterTests {
    /// 5 MB of text-like bytes in 40 files.
    private static let contents: [[UInt8]] = {
        var random = Sequenced(42)
        return (0..<40).map { file in
            var content: [UInt8] = []
            while content.count < 6000 * (file + 1) {
                content += Array("line \(random.next() % 997) of file \(file)\n".utf8)
            }
            return content
        }
    }()

    private static func write(_ compression: Compression, threads: Int, to path: String) throws -> WrittenLayer {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let writer = LayerWriter(descriptor: descriptor, path: path, compression: compression, threads: threads)
        for (file, content) in contents.enumerated() {
            try writer.add(
                TarEntry(name: name("f\(file)"), kind: .file, mode: 0o644, modificationSeconds: 1), content: content)
        }
        return try writer.finish()
    }

    @Test(arguments: [Compression.none, .gzip(level: 6), .gzip(level: 1), .zstd(level: 3)])
    func bytesDoNotDependOnThreads(_ compression: Compression) throws {
        let scratch = try Scratch()
        let first = try Self.write(compression, threads: 1, to: scratch.path + "/1")
        for threads in [2, 3, 8] {
            let other = try Self.write(compression, threads: threads, to: scratch.path + "/n")
            #expect(other == first)
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/1"))
        #expect(Digest.sha256(of: bytes) == first.digest)
        #expect(Int64(bytes.count) == first.size)
    }

    /// Guards the bytes themselves: what changes them changes the digest of every image that is built again.
    @Test func tarBytesAreFixed() throws {
        let scratch = try Scratch()
        let layer = try Self.write(.none, threads: 2, to: scratch.path + "/tar")
        #expect(layer.diffID.description == "sha256:ef6eec6567420279724383f4751136299d2b28bce49bec03f26939b2e6420454")
    }

    /// Depends on libdeflate as well: a version that chooses other bytes fails here before it surprises anybody.
    @Test func gzipBytesAreFixed() throws {
        let scratch = try Scratch()
        let layer = try Self.write(.gzip(level: 6), threads: 2, to: scratch.path + "/gz")
        #expect(layer.digest.description == "sha256:7314a83007566cfe42d5d2d4cb14411f1a24e4353b1db1fbbf65492acaef9261")
    }

    @Test func systemToolsReadIt() throws {
        let scratch = try Scratch()
        let gzip = scratch.path + "/l.gz"
        let zstd = scratch.path + "/l.zst"
        let expected = try Self.write(.gzip(level: 6), threads: 2, to: gzip)
        #expect(try Self.write(.zstd(level: 3), threads: 2, to: zstd).diffID == expected.diffID)
        if let result = try run("gzip", "-t", gzip) { #expect(result.status == 0, "\(result.output)") }
        if let result = try run("zstd", "-tq", zstd) { #expect(result.status == 0, "\(result.output)") }
        if let result = try run("tar", "tzf", gzip) {
            #expect(result.output.split(separator: "\n").count == 40)
        }
    }

    @Test func aFailingSinkEndsTheLayer() throws {
        struct Full: Error {}
        let scratch = try Scratch()
        let upper = scratch.directory("upper")
        var random = Sequenced(7)
        try Data((0..<3 << 20).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            .write(to: URL(fileURLWithPath: upper + "/f"))
        #expect(throws: Full.self) {
            try writeLayer(upper: upper, lowers: [], to: { _ in throw Full() })
        }
    }

    @Test func anEmptyUpperIsAnEmptyTar() throws {
        let scratch = try Scratch()
        let layer = try writeLayer(upper: scratch.directory("upper"), lowers: [], to: { _ in })
        #expect(layer.entryCount == 0)
        #expect(layer.uncompressedSize == 1024)
        // The digest of 1024 zeros is known all over the world.
        #expect(
            layer.diffID.description == "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
    }
}

@Suite struct UpperWalkTests {
    private func touch(_ path: String, _ content: String = "x", mode: mode_t = 0o644, time: Int = 5) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, mode)
        let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
        utimensat(AT_FDCWD, path, times, 0)
    }

    @Test func parentsAreListedAndUnchangedThingsAreNot() throws {
        let scratch = try Scratch()
        let lower = scratch.directory("lower")
        let upper = scratch.directory("upper")
        for root in [lower, upper] {
            for directory in ["/a", "/a/b", "/c"] { mkdir(root + directory, 0o755) }
            try touch(root + "/a/same")
            try touch(root + "/c/same")
        }
        try touch(upper + "/a/b/new")
        #expect(
            try layerLines(upper, lowers: [lower], scratch: scratch) == [
                "directory 755 a/", "directory 755 a/b/", "file 644 a/b/new",
            ])
    }

    @Test func changesOfEveryKindAreFound() throws {
        let scratch = try Scratch()
        let lower = scratch.directory("lower")
        let upper = scratch.directory("upper")
        for file in ["mode", "content", "time", "type"] { try touch(lower + "/" + file) }
        try touch(upper + "/mode", mode: 0o4755)
        try touch(upper + "/content", "y")
        try touch(upper + "/time", time: 6)
        symlink("target", upper + "/type")
        #expect(
            try layerLines(upper, lowers: [lower], scratch: scratch) == [
                "file 644 content", "file 4755 mode", "file 644 time", "symlink 777 type -> target",
            ])
    }

    @Test func hardLinksSocketsAndPipes() throws {
        let scratch = try Scratch()
        let upper = scratch.directory("upper")
        try touch(upper + "/z")
        link(upper + "/z", upper + "/a")
        symlink("t", upper + "/s")
        mkfifo(upper + "/p", 0o600)
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (upper + "/sock").utf8.prefix(107)) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(
            try layerLines(upper, scratch: scratch) == [
                "file 644 a", "fifo 600 p", "symlink 777 s -> t", "hardlink 644 z -> a",
            ])
    }

    @Test(.enabled(if: isRoot, "devices need root")) func whiteouts() throws {
        let scratch = try Scratch()
        let lower = scratch.directory("lower")
        let top = scratch.directory("top")
        let upper = scratch.directory("upper")
        try touch(lower + "/gone")
        try touch(lower + "/hidden")
        mknod(top + "/hidden", S_IFCHR, 0)
        for file in ["gone", "hidden", "never"] { mknod(upper + "/" + file, S_IFCHR, 0) }
        // Gone twice is gone once, and what never was needs no whiteout.
        #expect(try layerLines(upper, lowers: [lower, top], scratch: scratch) == ["file 0 .wh.gone"])
    }

    @Test(.enabled(if: isRoot, "trusted attributes need root")) func opaqueDirectoriesBecomeOneWhiteoutPerName() throws
    {
        let scratch = try Scratch()
        let lower = scratch.directory("lower")
        let top = scratch.directory("top")
        let upper = scratch.directory("upper")
        for root in [lower, top, upper] { mkdir(root + "/d", 0o755) }
        mkdir(lower + "/d/sub", 0o755)
        mkdir(upper + "/d/sub", 0o755)
        for file in ["/d/a", "/d/m", "/d/sub/x", "/d/w"] { try touch(lower + file) }
        try touch(top + "/d/t")
        mknod(top + "/d/w", S_IFCHR, 0)
        try touch(upper + "/d/m", "new")
        try touch(upper + "/d/n")
        guard setxattrOpaque(upper + "/d") else { return }
        #expect(
            try layerLines(upper, lowers: [lower, top], scratch: scratch) == [
                "directory 755 d/", "file 0 d/.wh.a", "file 644 d/m", "file 644 d/n", "directory 755 d/sub/",
                "file 0 d/sub/.wh.x", "file 0 d/.wh.t",
            ])
    }

    @Test func timesAreClamped() throws {
        let scratch = try Scratch()
        let upper = scratch.directory("upper")
        try touch(upper + "/old", time: 10)
        try touch(upper + "/new", time: 1000)
        func times(_ rule: TimestampRule) throws -> [Int64] {
            var seen: [Int64] = []
            _ = try writeLayer(
                upper: upper, lowers: [], clamp: rule, observer: { seen.append($0.modificationSeconds) }, to: { _ in })
            return seen
        }
        #expect(try times(TimestampRule()) == [1000, 10])
        #expect(try times(TimestampRule(clampAfter: 100)) == [100, 10])
        #expect(try times(TimestampRule(clampAfter: 100, rewriteAll: true)) == [100, 100])
    }
}
