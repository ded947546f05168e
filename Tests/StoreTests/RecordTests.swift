import GRDB
import Glibc
import OCI
import Testing

@testable import Store

@Suite struct RecordTests {
    let directory = TemporaryDirectory()
    let key = Digest.sha256(of: bytes("key"))

    @Test func roundTrip() throws {
        let store = try Store(root: directory.path)
        let layer = try makeLayer(store)
        let record = CacheRecord(
            key: key, parent: .sha256(of: bytes("parent")), layerID: layer,
            contentDigest: .sha256(of: bytes("content")),
            place: "Dockerfile:build:3", instruction: "RUN make", size: 12, milliseconds: 345, payload: "{\"a\":1}")
        try store.recordCache(record, partsJSON: "{\"run\":\"make\"}")
        let other = try Store(root: directory.path)
        #expect(try other.cacheRecord(key) == record)
        #expect(try other.cacheParts(of: key) == "{\"run\":\"make\"}")
        #expect(try other.cacheRecord(contentDigest: .sha256(of: bytes("content"))) == record)
        #expect(try other.cacheRecords(place: "Dockerfile:build:3") == [record])
        #expect(try other.cacheRecord(.sha256(of: bytes("none"))) == nil)
    }

    @Test func metadataStepsHaveNoLayer() throws {
        let store = try Store(root: directory.path)
        try store.recordCache(CacheRecord(key: key, instruction: "ENV a=b"), partsJSON: "{}")
        #expect(try store.cacheRecord(key)?.instruction == "ENV a=b")
    }

    @Test func recordWithoutItsLayerIsAMiss() throws {
        let store = try Store(root: directory.path)
        let layer = try #require(LayerID(rawValue: "aaaaaaaaaaaaa"))
        try store.recordCache(CacheRecord(key: key, layerID: layer, instruction: "RUN x"), partsJSON: "{}")
        #expect(try store.cacheRecord(key) == nil)
    }

    @Test func laterRecordReplaces() throws {
        let store = try Store(root: directory.path)
        for size in [1, 2] as [Int64] {
            try store.recordCache(CacheRecord(key: key, instruction: "RUN x", size: size), partsJSON: "{}")
        }
        #expect(try store.listCacheRecords().map(\.size) == [2])
    }

    @Test func removalTakesTheStepsAfterIt() throws {
        let store = try Store(root: directory.path)
        let keys = (0..<5).map { Digest.sha256(of: bytes("\($0)")) }
        for (index, key) in keys.enumerated() {
            let parent = index > 0 ? keys[index - 1] : nil
            try store.recordCache(CacheRecord(key: key, parent: parent, instruction: "RUN \(index)"), partsJSON: "{}")
        }
        try store.removeCacheRecord(keys[2])
        #expect(try Set(store.listCacheRecords().map(\.key)) == Set(keys[..<2]))
    }

    @Test func recentUseIsNotWritten() throws {
        let store = try Store(root: directory.path)
        let old = Timestamp.now() - 100_000
        try store.recordCache([
            (CacheRecord(key: key, instruction: "RUN a", created: old), "{}"),
            (CacheRecord(key: .sha256(of: bytes("b")), instruction: "RUN b"), "{}"),
        ])
        _ = try store.cacheRecord(key)
        _ = try store.cacheRecord(.sha256(of: bytes("b")))
        #expect(store.usage.take().records == [key.description])
        _ = try store.cacheRecord(key)
        try store.close()
        #expect(try #require(try store.cacheRecord(key)).lastUsed > old)
    }

    @Test func exportsAreRememberedWhileTheBlobExists() throws {
        let store = try Store(root: directory.path)
        let layer = try makeLayer(store)
        let blob = try store.put(bytes("compressed"))
        let exported = ExportedLayer(
            descriptor: Descriptor(mediaType: MediaType.ociLayerGzip, digest: blob, size: 10),
            diffID: .sha256(of: bytes("tar")), uncompressedSize: 100, detail: "ledger")
        try store.recordExport(exported, of: layer, key: "gzip-6")
        #expect(try store.exported(layer, key: "gzip-6") == exported)
        #expect(try store.exported(layer, key: "zstd-3") == nil)
        try store.close()
        unlink(store.blobPath(blob))
        #expect(try store.exported(layer, key: "gzip-6") == nil)
    }

    @Test func imageNames() throws {
        let store = try Store(root: directory.path)
        let image = try makeImage(store, layers: [bytes("layer")])
        let name = try Reference(parsing: "app")
        #expect(try store.image(named: name) == nil)
        try store.setImage(name, to: image)
        #expect(try store.image(named: Reference(parsing: "docker.io/library/app:latest")) == image)
        #expect(try store.listImages().map(\.name.familiar) == ["app:latest"])
        let missing = Descriptor(mediaType: MediaType.ociManifest, digest: .sha256(of: bytes("missing")), size: 7)
        #expect(throws: StoreError.self) { try store.setImage(name, to: missing) }
        #expect(try store.image(named: name) == image)
    }

    @Test func resolvedTags() throws {
        let store = try Store(root: directory.path)
        let reference = try Reference(parsing: "alpine:3")
        #expect(try store.resolvedTag(reference) == nil)
        let descriptor = Descriptor(mediaType: MediaType.ociIndex, digest: key, size: 3)
        let tag = ResolvedTag(
            reference: reference, descriptor: descriptor, source: "mirror.example/alpine", resolved: 99)
        try store.recordResolvedTag(tag)
        #expect(try store.resolvedTag(reference) == tag)
    }
}
