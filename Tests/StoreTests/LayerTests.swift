import GRDB
import Glibc
import OCI
import Testing

@testable import Store

@Suite struct LayerTests {
    let directory = TemporaryDirectory()
    let diffID = Digest.sha256(of: bytes("layer"))

    @Test func commitMakesALayer() throws {
        let store = try Store(root: directory.path)
        let snapshot = try store.newSnapshot()
        try write("one", to: snapshot.upper + "/a")
        link(snapshot.upper + "/a", snapshot.upper + "/b")
        mkdir(snapshot.upper + "/d", 0o755)
        try write("four", to: snapshot.upper + "/d/c")
        mkdir(snapshot.work + "/work", 0)
        let id = try snapshot.commit()
        #expect(try text(of: store.layerDirectory(id) + "/a") == "one")
        #expect(try entries(of: directory.path + "/layers/" + id.rawValue) == ["fs"])
        let info = try #require(try store.layerInfo(id))
        #expect(info.size == TreeSize(entries: 4, bytes: 7))
        #expect(info.diffID == nil)
        #expect(try store.hasLayer(id))
        #expect(throws: StoreError.self) { try snapshot.commit() }
    }

    @Test func rootDirectoryDoesNotDependOnTheUmask() throws {
        let store = try Store(root: directory.path)
        let before = umask(0o077)
        defer { umask(before) }
        let snapshot = try store.newSnapshot()
        #expect(try #require(status(of: snapshot.upper)).st_mode & 0o7777 == 0o755)
        chmod(snapshot.upper, 0o1750)
        let parent = try snapshot.commit()
        let child = try store.newSnapshot(on: parent)
        #expect(try #require(status(of: child.upper)).st_mode & 0o7777 == 0o1750)
    }

    @Test func abandonLeavesNothing() throws {
        let store = try Store(root: directory.path)
        try store.newSnapshot().abandon()
        _ = try store.newSnapshot()
        let session = try #require(try entries(of: directory.path + "/tmp").first)
        #expect(try entries(of: directory.path + "/tmp/" + session) == [])
        try store.close()
        #expect(try entries(of: directory.path + "/tmp") == [])
    }

    @Test func unpackRunsOnce() async throws {
        let runs = Counter()
        let root = directory.path
        let diffID = diffID
        let ids = try await withThrowingTaskGroup(of: LayerID.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try Store(root: root).unpack(diffID: diffID) { directory in
                        runs.increment()
                        usleep(30_000)
                        try write("content", to: directory + "/file")
                        return diffID
                    }
                }
            }
            return try await group.reduce(into: Set<LayerID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(runs.value == 1)
        let store = try Store(root: root)
        #expect(try store.layer(diffID: diffID) == ids.first)
        #expect(try entries(of: root + "/locks").filter { $0.hasPrefix("unpack") } == [])
    }

    @Test func unpackChecksTheDiffID() throws {
        let store = try Store(root: directory.path)
        let error = #expect(throws: StoreError.self) {
            try store.unpack(diffID: diffID) { _ in .sha256(of: bytes("other")) }
        }
        guard case .digestMismatch(diffID, _)? = error else { Issue.record("\(error as Any)"); return }
        #expect(try store.layer(diffID: diffID) == nil)
        #expect(try entries(of: directory.path + "/layers") == [])
    }

    @Test func failedUnpackCanBeRepeated() throws {
        struct Failure: Error {}
        let store = try Store(root: directory.path)
        #expect(throws: StoreError.self) { try store.unpack(diffID: diffID) { _ in throw Failure() } }
        _ = try store.unpack(diffID: diffID) { _ in diffID }
        #expect(try store.layer(diffID: diffID) != nil)
    }

    @Test func waitingCanBeGivenUp() async throws {
        let store = try Store(root: directory.path)
        let held = try store.holdStep(diffID)
        let asked = Counter()
        let error = #expect(throws: StoreError.self) {
            try Store(root: store.root).holdStep(diffID) { asked.increment() < 3 }
        }
        guard case .interrupted? = error else { Issue.record("\(error as Any)"); return }
        held.release()
    }

    /// A layer of an earlier boot is used if it is complete and forgotten if it is not.
    @Test(arguments: [true, false]) func powerCut(intact: Bool) throws {
        var store = try Store(root: directory.path)
        let id = try makeLayer(store, "content")
        let key = Digest.sha256(of: bytes("key"))
        try store.recordCache(CacheRecord(key: key, layerID: id, instruction: "RUN x"), partsJSON: "{}")
        try store.catalog.write { try $0.execute(sql: "UPDATE layers SET boot = 'earlier'") }
        if !intact { truncate(store.layerDirectory(id) + "/file", 0) }
        try store.close()
        store = try Store(root: directory.path)
        #expect(try (store.cacheRecord(key) != nil) == intact)
        #expect(try store.hasLayer(id) == intact)
        let boots = try store.catalog.read { try String?.fetchAll($0, sql: "SELECT boot FROM layers") }
        #expect(boots == (intact ? [nil] : []))
    }

    @Test func makeDurable() throws {
        let store = try Store(root: directory.path)
        _ = try makeLayer(store)
        try store.makeDurable()
        #expect(try store.catalog.read { try String?.fetchAll($0, sql: "SELECT boot FROM layers") } == [nil])
    }

    @Test func deepTreesAreCountedAndRemoved() throws {
        let store = try Store(root: directory.path)
        let snapshot = try store.newSnapshot()
        var current = try OpenFile(snapshot.upper, O_RDONLY | O_DIRECTORY)
        for _ in 0..<3000 {
            mkdirat(current.descriptor, "d", 0o755)
            current = OpenFile(adopting: openat(current.descriptor, "d", O_RDONLY | O_DIRECTORY), path: "deep")
        }
        let id = try snapshot.commit()
        #expect(try store.layerInfo(id)?.size.entries == 3000)
        try DirectoryTree.remove(store.layerDirectory(id))
        #expect(status(of: store.layerDirectory(id)) == nil)
    }

    @Test func removalDoesNotFollowLinks() throws {
        try write("keep", to: directory.path + "/outside")
        mkdir(directory.path + "/tree", 0o755)
        symlink("..", directory.path + "/tree/up")
        symlink("../outside", directory.path + "/tree/file")
        try DirectoryTree.remove(directory.path + "/tree")
        #expect(try text(of: directory.path + "/outside") == "keep")
    }
}

@Suite struct LayerIDTests {
    @Test(arguments: [
        "", ".", "..", "../../etc/passw", "abc/defghijkl", "ABCDEFGHIJKLM", "abcdefghijkl0", "abcdefghijklmn",
    ])
    func hostileIdentifiers(text: String) {
        #expect(LayerID(rawValue: text) == nil)
    }

    @Test func roundTrip() {
        let id = LayerID.random()
        #expect(LayerID(rawValue: id.rawValue) == id)
    }
}
