import Glibc
import Testing

@testable import Store

@Suite struct CacheMountTests {
    let directory = TemporaryDirectory()

    @Test func contentStays() throws {
        let store = try Store(root: directory.path)
        let path: String
        do {
            let mount = try store.cacheMount(id: "/root/.npm\n../..", sharing: .shared) {
                try write("first", to: $0 + "/a")
            }
            #expect(mount.isNew)
            path = mount.path
        }
        let again = try Store(root: directory.path).cacheMount(id: "/root/.npm\n../..", sharing: .locked) { _ in
            Issue.record("prepared twice")
        }
        #expect(!again.isNew)
        #expect(again.path == path)
        #expect(try text(of: path + "/a") == "first")
        #expect(try store.cacheMount(id: "other", sharing: .shared).path != path)
    }

    @Test func sharedIsShared() throws {
        let store = try Store(root: directory.path)
        let first = try store.cacheMount(id: "a", sharing: .shared)
        let second = try store.cacheMount(id: "a", sharing: .shared)
        #expect(first.path == second.path)
    }

    @Test func privateGivesAnotherWhenBusy() throws {
        let store = try Store(root: directory.path)
        let path: String
        do {
            let first = try store.cacheMount(id: "a", sharing: .private)
            let second = try store.cacheMount(id: "a", sharing: .private)
            #expect(first.path != second.path)
            #expect(second.isNew)
            path = first.path
        }
        #expect(try store.cacheMount(id: "a", sharing: .private).path == path)
    }

    @Test func lockedWaits() async throws {
        let store = try Store(root: directory.path)
        let inside = Counter()
        let most = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let mount = try Store(root: store.root).cacheMount(id: "a", sharing: .locked)
                    if inside.increment() > 1 { most.increment() }
                    usleep(5000)
                    inside.decrement()
                    mount.release()
                }
            }
            try await group.waitForAll()
        }
        #expect(most.value == 0)
    }

    @Test func failedPreparationLeavesNothing() throws {
        struct Failure: Error {}
        let store = try Store(root: directory.path)
        let error = #expect(throws: StoreError.self) {
            try store.cacheMount(id: "a", sharing: .shared) { _ in throw Failure() }
        }
        guard case .cacheMountFailed("a", _)? = error else { Issue.record("\(error as Any)"); return }
        #expect(try store.cacheMount(id: "a", sharing: .shared).isNew)
    }

    @Test func listAndPrune() throws {
        let store = try Store(root: directory.path)
        let used = try store.cacheMount(id: "used", sharing: .shared) { try write("12345", to: $0 + "/a") }
        do { _ = try store.cacheMount(id: "free", sharing: .locked) { try write("123", to: $0 + "/a") } }
        let list = try store.listCacheMounts().sorted { $0.id < $1.id }
        #expect(list.map(\.id) == ["free", "used"])
        #expect(list.map(\.inUse) == [false, true])
        #expect(list.map(\.size.bytes) == [3, 5])
        let report = try store.prune(PruneOptions(kinds: [.cacheMounts]))
        #expect(report.removed.map(\.name) == ["free"])
        #expect(report.freedBytes == 3)
        #expect(try text(of: used.path + "/a") == "12345")
        #expect(try store.listCacheMounts().map(\.id) == ["used"])
    }
}
