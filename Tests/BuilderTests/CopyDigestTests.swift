import BuildContext
import Glibc
import OCI
import Synchronization
import Testing

@testable import Builder

/// What the digest of a selection covers.
struct CopyDigestTests {
    let fixture: CopyFixture

    init() throws {
        fixture = try CopyFixture()
        for tree in ["context", "stage"] {
            try fixture.write(tree + "/a.txt", "a", time: 1_000_000_000)
            try fixture.write(tree + "/d/b.txt", "b", time: 1_000_000_000)
            try fixture.write(tree + "/d/e/c.md", "c", time: 1_000_000_000)
            try fixture.link(tree + "/d/link", to: "b.txt")
        }
    }

    private func digest(
        _ source: String, stage: Bool = false, configure: (inout CopyRequest) throws -> Void = { _ in }
    ) throws -> Digest {
        try fixture.select([stage ? fixture.fromStage(source) : fixture.fromContext(source)]) {
            $0.chown = nil
            try configure(&$0)
        }.digest(cache: InMemoryStatCache())
    }

    /// Whether a change of the tree changes the digest of `source`.
    private func notices(
        _ source: String = ".", stage: Bool = false, configure: (inout CopyRequest) throws -> Void = { _ in },
        _ change: () throws -> Void
    ) throws -> Bool {
        let before = try digest(source, stage: stage, configure: configure)
        try change()
        return try digest(source, stage: stage, configure: configure) != before
    }

    @Test func contentNamesModesLinksCount() throws {
        #expect(try notices { try fixture.write("context/d/b.txt", "B") })
        #expect(try notices { chmod(fixture.context + "/d/b.txt", 0o600) })
        #expect(try notices { chmod(fixture.context + "/d", 0o700) })
        #expect(try notices { rename(fixture.context + "/d/b.txt", fixture.context + "/d/z.txt") })
        #expect(
            try notices {
                unlink(fixture.context + "/d/link")
                try fixture.link("context/d/link", to: "z.txt")
            })
        #expect(try notices { try fixture.directory("context/empty") })
        #expect(
            try notices {
                unlink(fixture.context + "/a.txt")
                Glibc.link(fixture.context + "/d/z.txt", fixture.context + "/a.txt")
            })
    }

    @Test func timesAndOwnersOfTheContextDoNotCount() throws {
        #expect(try !notices { try fixture.setTime("context/d/b.txt", 1_500_000_000) })
        #expect(try !notices { try fixture.setTime("context/d", 1_500_000_000) })
        // The mode of the directory whose contents are copied does not reach the image.
        #expect(try !notices("d") { chmod(fixture.context + "/d", 0o711) })
        if CopyFixture.isRoot { #expect(try !notices { chown(fixture.context + "/d/b.txt", 3, 4) }) }
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func ownersOfAStageCountUnlessReplaced() throws {
        #expect(try notices("/", stage: true) { chown(fixture.stage + "/d/b.txt", 3, 4) })
        #expect(
            try !notices("/", stage: true, configure: { $0.chown = "1:1" }) { chown(fixture.stage + "/d/b.txt", 5, 6) })
    }

    @Test func modesDoNotCountWhenReplaced() throws {
        #expect(try !notices(configure: { $0.chmod = .absolute(0o644) }) { chmod(fixture.context + "/a.txt", 0o600) })
        #expect(
            try notices(configure: { $0.chmod = try ModeChange(parsing: "u+x") }) {
                chmod(fixture.context + "/a.txt", 0o640)
            })
    }

    @Test func whatIsNotSelectedDoesNotCount() throws {
        #expect(try !notices("d") { try fixture.write("context/a.txt", "A") })
        #expect(try !notices("*.txt") { try fixture.write("context/d/b.txt", "B") })
        #expect(try !notices(configure: { $0.excludes = ["**/*.md"] }) { try fixture.write("context/d/e/c.md", "C") })
        #expect(
            try !notices("d/e", configure: { $0.keepsParents = true }) { try fixture.write("context/d/b.txt", "BB") })
        #expect(
            try notices("d/e", configure: { $0.keepsParents = true }) { chmod(fixture.context + "/d", 0o750) })
        fixture.ignore = ["d"]
        #expect(try !notices { try fixture.write("context/d/b.txt", "BBB") })
    }

    @Test func selectionIsTheSameWhereverItLies() throws {
        try fixture.write("context/copy/d/b.txt", "b")
        try fixture.write("context/copy/d/e/c.md", "c")
        try fixture.link("context/copy/d/link", to: "b.txt")
        #expect(try digest("d") == digest("copy/d"))
        #expect(try digest("a.txt") != digest("d/b.txt"))
    }

    @Test func nameOfAFileCounts() throws {
        try fixture.write("context/z.txt", "a")
        #expect(try digest("a.txt") != digest("z.txt"))
        #expect(try digest("[a]*") == digest("a.txt"))
    }

    @Test func otherSources() throws {
        let cache = InMemoryStatCache()
        func digest(_ source: CopySource) throws -> Digest { try fixture.select([source]).digest(cache: cache) }
        #expect(
            try digest(.inlineFile(name: "f", data: [1])) != digest(.inlineFile(name: "f", data: [2])))
        let fetched = { (file: String) in
            CopySource.download(url: "u", name: "f", file: self.fixture.context + file, modified: nil)
        }
        #expect(try digest(fetched("/a.txt")) != digest(fetched("/d/b.txt")))
        let checkout = CopySource.gitCheckout(url: "u", directory: fixture.context + "/d")
        #expect(try digest(checkout) == digest(fixture.fromContext("d")))
    }

    @Test func knownFilesAreNotRead() throws {
        /// Knows a digest for everything, and keeps what it was asked.
        final class AllKnowing: StatCache {
            let asked = Mutex(0)
            func digests(for keys: [StatKey]) -> [ContentDigest?] {
                asked.withLock { $0 += keys.count }
                return keys.map { _ in ContentDigest(bytes: [UInt8](repeating: 7, count: 32)) }
            }
            func record(_ entries: [(key: StatKey, digest: ContentDigest)]) { Issue.record("a file was read") }
        }
        let cache = AllKnowing()
        _ = try fixture.select([fixture.fromContext("."), fixture.fromStage("/")]).digest(cache: cache)
        #expect(cache.asked.withLock { $0 } == 6)
    }
}
