import Glibc
import OCI
import Testing

@testable import Store

@Suite struct FileDigestTests {
    let directory = TemporaryDirectory()

    private func stamp(_ number: UInt64, changed: Int64 = 5) -> FileStamp {
        FileStamp(device: 0xfe00, inode: number, changed: changed, modified: changed, size: Int64(number))
    }

    private func digest(_ number: UInt64) throws -> FileDigest {
        try #require(FileDigest((0..<32).map { UInt8(truncatingIfNeeded: number >> UInt64($0 % 8)) ^ UInt8($0) }))
    }

    @Test func remembersExactlyThatState() throws {
        let store = try Store(root: directory.path)
        let cache = store.fileDigestCache(context: "/src")
        #expect(cache.digests(for: [stamp(1)]) == [nil])
        cache.record([(stamp(1), try digest(1)), (stamp(2), try digest(2))])
        try cache.save()
        let other = try Store(root: directory.path).fileDigestCache(context: "/src")
        #expect(other.count == 2)
        #expect(other.digests(for: [stamp(2), stamp(3), stamp(1)]) == [try digest(2), nil, try digest(1)])
        #expect(other.digests(for: [stamp(1, changed: 6)]) == [nil])
        #expect(store.fileDigestCache(context: "/other").count == 0)
    }

    @Test func laterRecordsWin() throws {
        let store = try Store(root: directory.path)
        var cache = store.fileDigestCache(context: "/src")
        cache.record([(stamp(1), try digest(1)), (stamp(1, changed: 9), try digest(2))])
        try cache.save()
        cache = store.fileDigestCache(context: "/src")
        #expect(cache.digests(for: [stamp(1), stamp(1, changed: 9)]) == [nil, try digest(2)])
        cache.record([(stamp(1, changed: 10), try digest(3))])
        try cache.save()
        cache = store.fileDigestCache(context: "/src")
        #expect(cache.count == 1)
        #expect(cache.digests(for: [stamp(1, changed: 10)]) == [try digest(3)])
    }

    @Test func deletedFilesAreForgottenInTheEnd() throws {
        let store = try Store(root: directory.path)
        var cache = store.fileDigestCache(context: "/src")
        cache.record(try (1...20_000).map { (stamp($0), try digest($0)) })
        try cache.save()
        cache = store.fileDigestCache(context: "/src")
        _ = cache.digests(for: (1...1000).map { stamp($0) })
        cache.record([(stamp(30_000), try digest(0))])
        try cache.save()
        cache = store.fileDigestCache(context: "/src")
        #expect(cache.count == 1001 + 4096)
        #expect(cache.digests(for: (1...1000).map { stamp($0) }).allSatisfy { $0 != nil })
    }

    @Test func nothingNewWritesNothing() throws {
        let store = try Store(root: directory.path)
        try store.fileDigestCache(context: "/src").save()
        #expect(try entries(of: directory.path + "/stat-cache") == [])
        #expect(try entries(of: directory.path + "/tmp") == [])
    }

    /// A damaged file gives misses or right answers, never a wrong digest or a crash.
    @Test func damage() throws {
        let store = try Store(root: directory.path)
        let cache = store.fileDigestCache(context: "/src")
        cache.record(try (1...300).map { (stamp($0), try digest($0)) })
        try cache.save()
        let name = try #require(try entries(of: directory.path + "/stat-cache").first)
        let path = directory.path + "/stat-cache/" + name
        let original = try #require(try contents(of: path))
        for _ in 0..<200 {
            var damaged = original
            switch Int.random(in: 0..<3) {
            case 0: damaged.removeLast(Int.random(in: 1...damaged.count))
            case 1:
                // What a power cut can leave: sectors of zeros.
                let sector = Int.random(in: 0..<damaged.count / 512)
                for index in sector * 512..<sector * 512 + 512 { damaged[index] = 0 }
            default:
                // Garbage in the header and the slots, where it could lead astray.
                for _ in 0..<20 { damaged[Int.random(in: 0..<64)] = UInt8.random(in: 0...255) }
                for _ in 0..<20 {
                    damaged[Int.random(in: 64 + 300 * 64..<damaged.count)] = UInt8.random(in: 0...255)
                }
            }
            unlink(path)
            try OpenFile(path, O_WRONLY | O_CREAT).write(damaged)
            let found = store.fileDigestCache(context: "/src").digests(for: (1...400).map { stamp($0) })
            for (number, digest) in zip(1..., found) where digest != nil {
                #expect(try digest == self.digest(UInt64(number)))
            }
        }
    }

    @Test func wrongLength() {
        #expect(FileDigest([1, 2, 3]) == nil)
        #expect(FileDigest(Array(0..<32))?.bytes == Array(0..<32))
    }
}
