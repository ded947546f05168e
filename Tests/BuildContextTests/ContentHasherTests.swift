import CLinux
import Glibc
import Synchronization
import Testing

@testable import BuildContext

@Suite struct ContentHasherTests {
    func digest(
        _ root: String, at path: String = "", cache: any StatCache = InMemoryStatCache(),
        ownership: ContentHasher.Ownership = .root
    ) throws -> ContentDigest {
        let tree = try TreeWalker(root: root).walk()
        return try ContentHasher(root: root, cache: cache, ownership: ownership).digest(of: tree, at: Array(path.utf8))
    }

    func example() throws -> ScratchDirectory {
        let scratch = try ScratchDirectory()
        try scratch.write("top/a", "one", mode: 0o644)
        try scratch.write("top/sub/b", "two", mode: 0o644)
        symlink("a", scratch.path + "/top/link")
        return scratch
    }

    @Test func timesAndPlaceDoNotCount() throws {
        let one = try example()
        let two = try example()
        let times = [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)]
        utimes(two.path + "/top/a", times)
        rename(two.path + "/top", two.path + "/other")
        #expect(try digest(one.path, at: "top") == digest(two.path, at: "other"))
        #expect(try digest(one.path, at: "top/a") == digest(two.path, at: "other/a"))
        #expect(try digest(one.path) != digest(two.path))
    }

    @Test func everythingElseCounts() throws {
        let original = try example()
        let base = try digest(original.path)
        let changes: [(String) throws -> Void] = [
            { chmod($0 + "/top/a", 0o755) },
            { unlink($0 + "/top/a") },
            { rename($0 + "/top/a", $0 + "/top/c") },
            { path in
                unlink(path + "/top/link")
                symlink("b", path + "/top/link")
            },
            { mkdir($0 + "/top/empty", 0o755) },
            { path in
                let file = open(path + "/top/a", O_WRONLY)
                write(file, "on3", 3)
                close(file)
            },
            { link($0 + "/top/a", $0 + "/top/z") },
            { chmod($0 + "/top/sub", 0o700) },
        ]
        var seen: Set<ContentDigest> = [base]
        for change in changes {
            let scratch = try example()
            try change(scratch.path)
            #expect(seen.insert(try digest(scratch.path)).inserted)
        }
    }

    @Test func hardLinkIsNotACopy() throws {
        let linked = try example()
        link(linked.path + "/top/a", linked.path + "/top/z")
        let copied = try example()
        try copied.write("top/z", "one", mode: 0o644)
        #expect(try digest(linked.path) != digest(copied.path))
    }

    @Test func ownersCountWhenAsked() throws {
        guard getuid() == 0 else { return }
        let one = try example()
        let two = try example()
        chown(two.path + "/top/a", 12, 34)
        #expect(try digest(one.path) == digest(two.path))
        #expect(try digest(one.path, ownership: .kept) != digest(two.path, ownership: .kept))
    }

    @Test func capabilityCounts() throws {
        guard getuid() == 0 else { return }
        let one = try example()
        let two = try example()
        let value: [UInt8] = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        guard setxattr(two.path + "/top/a", "security.capability", value, value.count, 0) == 0 else { return }
        #expect(try digest(one.path) != digest(two.path))
    }

    @Test func unchangedFilesAreNotRead() throws {
        let cache = InMemoryStatCache()
        let started = ContinuousClock.now
        let scratch = try example()
        let before = try digest(scratch.path, cache: cache)
        // On a machine that took its time the files are no longer of this very moment.
        if ContinuousClock.now - started < .milliseconds(20) {
            #expect(cache.count == 0, "files of this very moment are not trusted")
        }
        usleep(60_000)
        #expect(try digest(scratch.path, cache: cache) == before)
        #expect(cache.count == 2)
        // A cache that knows the files makes reading them unnecessary: here it says something else, and is believed.
        let tree = try TreeWalker(root: scratch.path).walk()
        let liar = FixedCache()
        let hasher = ContentHasher(root: scratch.path, cache: liar, ownership: .root)
        #expect(try hasher.digest(of: tree) != before)
        #expect(liar.recorded.withLock { $0 } == 0)
    }

    @Test func changedFileIsReadAgain() throws {
        let scratch = try example()
        let cache = InMemoryStatCache()
        usleep(60_000)
        let before = try digest(scratch.path, cache: cache)
        var status = stat()
        stat(scratch.path + "/top/a", &status)
        // Same size, and the modification time put back.
        let file = open(scratch.path + "/top/a", O_WRONLY)
        write(file, "eno", 3)
        futimens(file, [status.st_atim, status.st_mtim])
        close(file)
        #expect(try digest(scratch.path, cache: cache) != before)
    }

    @Test func settledStates() {
        let state = { (seconds: Int64, nanoseconds: Int32) in
            StatKey(
                identity: FileIdentity(device: 1, inode: 1),
                changed: FileTime(seconds: seconds, nanoseconds: nanoseconds), modified: FileTime(seconds: 1), size: 0)
        }
        let now = FileTime(seconds: 100, nanoseconds: 500)
        #expect(!FileHasher.isSettled(state(100, 400), at: now))
        #expect(!FileHasher.isSettled(state(200, 400), at: now))
        #expect(!FileHasher.isSettled(state(99, 0), at: now))
        #expect(FileHasher.isSettled(state(97, 0), at: now))
        #expect(FileHasher.isSettled(state(99, 900_000_000), at: now))
        #expect(!FileHasher.isSettled(state(.max, 0), at: now))
    }

    @Test func unreadableFileIsNamed() throws {
        let scratch = try example()
        let tree = try TreeWalker(root: scratch.path).walk()
        unlink(scratch.path + "/top/sub/b")
        let error = #expect(throws: BuildContextError.self) {
            try ContentHasher(root: scratch.path, cache: InMemoryStatCache(), ownership: .root).digest(of: tree)
        }
        #expect(error?.description == "cannot read \(scratch.path)/top/sub/b: no such file or directory")
    }

    private final class FixedCache: StatCache {
        let recorded = Mutex(0)

        func digests(for keys: [StatKey]) -> [ContentDigest?] {
            keys.map { _ in ContentDigest(bytes: [UInt8](repeating: 7, count: 32)) }
        }

        func record(_ entries: [(key: StatKey, digest: ContentDigest)]) {
            recorded.withLock { $0 += entries.count }
        }
    }
}
