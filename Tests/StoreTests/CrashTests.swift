import GRDB
import Glibc
import OCI
import Testing

@testable import Store

/// Everything a build does with a store, over and over.
private func work(in root: String, seed: Int) throws {
    var round = seed
    while true {
        round += 1
        let store = try Store(root: root)
        let content = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 200_000 + round % 1000)
        let digest = Digest.sha256(of: content)
        let writer = try store.ingest(expected: digest, size: Int64(content.count))
        if !writer.isComplete {
            for start in stride(from: Int(writer.offset), to: content.count, by: 20_000) {
                try writer.write(Array(content[start..<min(content.count, start + 20_000)]))
            }
        }
        _ = try writer.finish()
        let diffID = Digest.sha256(of: bytes("diff \(round)"))
        let base = try store.unpack(diffID: diffID) { directory in
            for number in 0..<30 { try write("base \(number)", to: "\(directory)/\(number)") }
            return diffID
        }
        let snapshot = try store.newSnapshot(on: base)
        for number in 0..<20 { try write("step", to: "\(snapshot.upper)/\(number)") }
        let layer = try snapshot.commit()
        try store.recordCache(
            CacheRecord(key: .sha256(of: bytes("\(round)")), layerID: layer, instruction: "RUN \(round)"),
            partsJSON: "{}")
        try store.setImage(Reference(parsing: "app\(round % 5)"), to: makeImage(store, layers: [content]))
        let cache = store.fileDigestCache(context: "/src")
        if let digest = FileDigest(Array(repeating: UInt8(truncatingIfNeeded: round), count: 32)) {
            let stamp = FileStamp(device: 1, inode: UInt64(round), changed: 1, modified: 1, size: 1)
            cache.record([(stamp, digest)])
        }
        try cache.save()
        _ = try store.cacheMount(id: "m\(round % 3)", sharing: .private) { try write("x", to: $0 + "/x") }
        try store.close()
        if round % 4 == 0 { _ = try store.prune(PruneOptions(keepBytes: 1_000_000)) }
    }
}

/// Ends this process without warning after some time, as `kill -9` would.
private func dieAfter(microseconds: Int) {
    var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: suseconds_t(microseconds)))
    signal(SIGALRM, SIG_DFL)
    // Whoever started the tests may have blocked it, which is inherited.
    var alarm = sigset_t()
    sigemptyset(&alarm)
    sigaddset(&alarm, SIGALRM)
    pthread_sigmask(SIG_UNBLOCK, &alarm, nil)
    setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
}

/// Gives this thread a mount namespace of its own. Glibc's module does not show `unshare`, so it is looked up by name.
func enterMountNamespace() -> Bool {
    guard let symbol = dlsym(nil, "unshare") else { return false }
    let unshare = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
    return unshare(0x0002_0000) == 0
}

/// All that must be true of a store at any time.
private func expectConsistent(_ root: String) throws {
    let store = try Store(root: root)
    #expect(try entries(of: root + "/tmp") == [])
    for blob in try store.allBlobs() { #expect(Int64(try store.blob(blob.digest).count) == blob.bytes) }
    let layers = try store.allLayers()
    for layer in layers { #expect(try DirectoryTree.size(of: store.layerDirectory(layer.id)) == layer.size) }
    for image in try store.listImages() {
        var reader = ManifestReader(store: store)
        for digest in reader.closure(of: image.descriptor) { #expect(store.hasBlob(digest)) }
    }
    for record in try store.listCacheRecords() { #expect(try store.cacheRecord(record.key) == record) }
    #expect(try store.catalog.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    try store.close()
    // One prune, and what is on disk is exactly what is recorded.
    _ = try store.prune(PruneOptions(kinds: [.steps, .blobs, .downloads]))
    try store.close()
    let known = try Set(store.allLayers().map(\.id.rawValue))
    #expect(try Set(entries(of: root + "/layers")) == known)
    #expect(try entries(of: root + "/ingest") == [])
    #expect(try Set(entries(of: root + "/locks")).isSubset(of: ["gate", "setup"]))
}

@Suite(.serialized) struct CrashTests {
    let directory = TemporaryDirectory()

    /// Kills a working process at random moments; each time the store must be consistent and the next process go on.
    @Test func killAtAnyTime() async throws {
        let root = directory.path + "/store"
        for round in 0..<12 {
            let seed = round * 1000
            let delay = Int.random(in: 2_000...60_000)
            await #expect(processExitsWith: .signal(SIGALRM)) {
                [root = root as String, seed = seed as Int, delay = delay as Int] in
                dieAfter(microseconds: delay)
                try work(in: root, seed: seed)
            }
            try expectConsistent(root)
        }
    }

    /// Two processes at once, one of which is killed: the other must not notice.
    @Test func killBesideAnother() async throws {
        let root = directory.path + "/store"
        _ = try Store(root: root)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<2 {
                let delay = worker == 0 ? 30_000 : 400_000
                group.addTask {
                    await #expect(processExitsWith: .signal(SIGALRM)) { [root = root as String, delay = delay as Int] in
                        dieAfter(microseconds: delay)
                        try work(in: root, seed: 7)
                    }
                }
            }
        }
        try expectConsistent(root)
    }

    /// What one process unpacks while it holds the lock, another finds; if it is killed, the other does the work.
    @Test func unpackIsTakenOver() async throws {
        let root = directory.path + "/store"
        let diffID = Digest.sha256(of: bytes("layer"))
        await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String] in
            let diffID = Digest.sha256(of: bytes("layer"))
            _ = try Store(root: root).unpack(diffID: diffID) { directory in
                try write("half", to: directory + "/a")
                kill(getpid(), SIGKILL)
                return diffID
            }
        }
        #expect(try entries(of: root + "/tmp").count == 1)
        let store = try Store(root: root)
        #expect(try entries(of: root + "/tmp") == [])
        #expect(try store.layer(diffID: diffID) == nil)
        let id = try store.unpack(diffID: diffID) { directory in
            try write("whole", to: directory + "/a")
            return diffID
        }
        #expect(try text(of: store.layerDirectory(id) + "/a") == "whole")
    }

    @Test func downloadIsContinued() async throws {
        let root = directory.path + "/store"
        await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String] in
            let writer = try Store(root: root).ingest(expected: .sha256(of: bytes("abcdef")), size: 6)
            try writer.write(bytes("abcd"))
            kill(getpid(), SIGKILL)
        }
        let writer = try Store(root: root).ingest(expected: .sha256(of: bytes("abcdef")), size: 6)
        #expect(writer.offset == 4)
        try writer.write(bytes("ef"))
        #expect(try writer.finish().size == 6)
    }

    /// A lease ends with its process.
    @Test func leaseOfAKilledProcess() async throws {
        let root = directory.path + "/store"
        let digest = try Store(root: root).put(bytes("blob"))
        await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String] in
            let store = try Store(root: root)
            precondition(store.hasBlob(.sha256(of: bytes("blob"))))
            kill(getpid(), SIGKILL)
        }
        let store = try Store(root: root)
        #expect(try store.prune().removed.map(\.name) == [digest.description])
    }

    /// A full disk is its own error everywhere, and the store works again once there is room.
    @Test(.enabled(if: getuid() == 0, "mounting a small tmpfs takes root")) func fullDisk() async throws {
        let root = directory.path
        await #expect(processExitsWith: .success) { [root = root as String] in
            try fillDisk(root)
        }
    }
}

/// Something that should have held in a child process.
struct Violation: Error {
    let line: Int
}

func require(_ condition: Bool, line: Int = #line) throws {
    if !condition { throw Violation(line: line) }
}

func requireDiskFull(line: Int = #line, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch StoreError.diskFull {
        return
    }
    throw Violation(line: line)
}

private func fillDisk(_ root: String) throws {
    try mountDisk(root, "size=3m")
    let store = try Store(root: root)
    let kept = try store.put(bytes("kept"))
    // Announced sizes are refused at once; others fail when the room is used up.
    try requireDiskFull { _ = try store.ingest(size: 10 << 20) }
    let big = [UInt8](repeating: 1, count: 1 << 20)
    let writer = try store.ingest()
    try requireDiskFull { for _ in 0..<8 { try writer.write(big) } }
    try requireDiskFull {
        let snapshot = try store.newSnapshot()
        try write("x", to: snapshot.upper + "/x")
    }
    try requireDiskFull {
        for number in 0..<2000 {
            let key = Digest.sha256(of: bytes("\(number)"))
            let parts = String(repeating: "p", count: 4000)
            try store.recordCache(CacheRecord(key: key, instruction: "RUN x"), partsJSON: parts)
        }
    }
    writer.abandon()
    try store.close()
    try require(try store.blob(kept) == bytes("kept"))
    _ = try store.prune()
    _ = try makeLayer(store)
    _ = try store.put(Array(big.prefix(500_000)))
}

@Suite struct OpeningTests {
    let directory = TemporaryDirectory()

    @Test func newerStoreIsRefused() throws {
        do {
            let store = try Store(root: directory.path)
            try store.catalog.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        }
        let error = #expect(throws: StoreError.self) { try Store(root: directory.path) }
        guard case .newerVersion(directory.path, 99, Schema.version)? = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(error?.description.contains("newer whittle") == true)
    }

    @Test func garbageInsteadOfADatabase() throws {
        _ = try Store(root: directory.path)
        unlink(directory.path + "/db.sqlite-wal")
        try write(String(repeating: "nonsense", count: 1000), to: directory.path + "/db.sqlite")
        let error = #expect(throws: StoreError.self) { try Store(root: directory.path) }
        guard case .corrupt? = error else { Issue.record("\(error as Any)"); return }
    }

    @Test func fileInsteadOfADirectory() throws {
        try write("", to: directory.path + "/file")
        #expect(throws: StoreError.self) { try Store(root: directory.path + "/file") }
        #expect(throws: StoreError.self) { try Store(root: directory.path + "/file/below") }
    }

    /// Many at once on a store that does not exist yet.
    @Test func creationRace() async throws {
        let root = directory.path + "/a/b"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    let store = try Store(root: root)
                    _ = try makeLayer(store)
                    _ = try store.put(bytes("\(number)"))
                }
            }
            try await group.waitForAll()
        }
        #expect(try Store(root: root).allLayers().count == 12)
    }

    @Test func relativeAndTrailingSlash() throws {
        let store = try Store(root: directory.path + "//")
        #expect(store.root == directory.path)
        #expect(try text(of: store.blobPath(store.put(bytes("a")))) == "a")
    }

    @Test func openingAndReadingWritesNothing() throws {
        let key = Digest.sha256(of: bytes("key"))
        do {
            let store = try Store(root: directory.path)
            try store.recordCache(CacheRecord(key: key, instruction: "RUN x"), partsJSON: "{}")
        }
        let state = { try ["", "-wal"].map { try contents(of: directory.path + "/db.sqlite" + $0) } }
        let before = try state()
        do {
            let store = try Store(root: directory.path)
            _ = try store.cacheRecord(key)
            #expect(try entries(of: directory.path + "/tmp") == [])
            try store.close()
        }
        #expect(try state() == before)
    }
}
