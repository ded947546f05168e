import GRDB
import OCI
import Testing

@testable import Store

/// Records of builds in the store.
struct StoredBuildRecordTests {
    private let directory = TemporaryDirectory()

    private func record(_ path: String, diffID: Digest) -> BuildRecord {
        let source = BuildRecord.Source(lines: 1...1, instruction: "FROM scratch")
        return BuildRecord(
            dockerfile: .init(path: path, digest: .sha256(of: bytes(path))), platform: "linux/amd64",
            stages: [
                BuildRecord.Stage(
                    name: nil, number: 0, from: source, base: .scratch,
                    steps: [BuildRecord.Step(kind: .run, source: source, expanded: "RUN true")])
            ], target: 0, layers: [BuildRecord.Layer(diffID: diffID, place: .step(stage: 0, step: 0))])
    }

    private func digest(_ text: String) -> Digest { .sha256(of: bytes(text)) }

    private func count(_ store: Store) throws -> Int? {
        try store.catalog.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM build_records") }
    }

    @Test func manifestDecidesElseTheNewest() throws {
        let store = try Store(root: directory.path)
        let layers = digest("layers")
        let first = record("first", diffID: digest("layer"))
        let second = record("second", diffID: digest("layer"))
        try store.recordBuild(first, of: [digest("manifest 1"), digest("config 1"), layers])
        try store.recordBuild(second, of: [digest("manifest 2"), digest("config 2"), layers])
        #expect(try store.buildRecord(of: [digest("manifest 1"), digest("config 1"), layers]) == first)
        #expect(try store.buildRecord(of: [digest("unknown"), layers]) == second)
        try store.recordBuild(first, of: [digest("manifest 1"), digest("config 1"), layers])
        #expect(try store.buildRecord(of: [digest("unknown"), layers]) == first)
        #expect(try store.buildRecord(of: [digest("unknown")]) == nil)
    }

    @Test func replacedRecordsGo() throws {
        let store = try Store(root: directory.path)
        for line in ["a", "b", "c"] {
            try store.recordBuild(record(line, diffID: digest("layer")), of: [digest("m"), digest("c")])
        }
        #expect(try count(store) == 1)
    }

    @Test func anotherProcessFindsIt() throws {
        let made = record("here", diffID: digest("layer"))
        let store = try Store(root: directory.path)
        try store.recordBuild(made, of: [digest("m")])
        try store.close()
        #expect(try Store(root: directory.path).buildRecord(of: [digest("m")]) == made)
    }

    @Test func pruneKeepsRecordsOfNamedAndRecentImages() throws {
        let store = try Store(root: directory.path)
        let image = try makeImage(store, layers: [bytes("layer")])
        try store.setImage(Reference(parsing: "app:1"), to: image)
        try store.recordBuild(record("named", diffID: digest("a")), of: [image.digest])
        try store.recordBuild(record("exported", diffID: digest("b")), of: [digest("archive")])
        #expect(try store.prune().removed.filter { $0.kind == .buildRecords }.isEmpty)
        try store.catalog.write { db in
            try db.execute(sql: "UPDATE build_records SET updated = updated - 31 * 86400")
        }
        #expect(try store.prune().removed.filter { $0.kind == .buildRecords }.count == 1)
        #expect(try store.buildRecord(of: [digest("archive")]) == nil)
        #expect(try store.buildRecord(of: [image.digest])?.dockerfile.path == "named")
    }

    @Test func recordsAloneCanBePruned() throws {
        let store = try Store(root: directory.path)
        try store.recordBuild(record("exported", diffID: digest("b")), of: [digest("archive")])
        let report = try store.prune(PruneOptions(kinds: [.buildRecords]))
        #expect(report.removed.count == 1)
        #expect(try count(store) == 0)
    }
}
