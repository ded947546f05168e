import Glibc
import OCI
import Testing

@testable import Store

@Suite struct PruneTests {
    let directory = TemporaryDirectory()

    /// A store with a chain of steps `0` to `count - 1`, each with a layer of ten bytes, used at `base` plus their number.
    private func chain(_ count: Int, in store: Store, base: Int64? = nil) throws -> [Digest] {
        let keys = (0..<count).map { Digest.sha256(of: bytes("step \($0)")) }
        for (index, key) in keys.enumerated() {
            let layer = try makeLayer(store, "0123456789")
            let record = CacheRecord(
                key: key, parent: index > 0 ? keys[index - 1] : nil, layerID: layer, instruction: "RUN \(index)",
                created: base.map { $0 + Int64(index) })
            try store.recordCache(record, partsJSON: "{}")
        }
        return keys
    }

    @Test func everythingUnusedGoes() throws {
        let store = try Store(root: directory.path)
        _ = try chain(3, in: store)
        _ = try store.unpack(diffID: .sha256(of: bytes("base"))) { directory in
            try write("base", to: directory + "/f")
            return .sha256(of: bytes("base"))
        }
        _ = try store.put(bytes("loose"))
        _ = try store.cacheMount(id: "/root/.cache", sharing: .shared) { try write("cached", to: $0 + "/x") }
        do { try store.ingest(expected: .sha256(of: bytes("partial"))).write(bytes("part")) }
        try store.close()
        let usage = try store.diskUsage()
        #expect(usage.reclaimableBytes == 30 + 4 + 5 + 6 + 4)
        let preview = try store.prune(PruneOptions(dryRun: true))
        #expect(preview.freedBytes == usage.reclaimableBytes)
        #expect(try store.diskUsage().reclaimableBytes == usage.reclaimableBytes)
        let report = try store.prune()
        #expect(report == preview)
        #expect(try store.diskUsage().reclaimableBytes == 0)
        for name in ["layers", "blobs/sha256", "cache-mounts", "ingest"] {
            #expect(try entries(of: directory.path + "/" + name) == [], "\(name)")
        }
    }

    /// What was read of layers lies beside the store's own things: it is counted, and goes like them.
    @Test func readingsOfLayersGo() throws {
        let store = try Store(root: directory.path)
        for name in ["inventory", "secrets"] {
            try #require(mkdir(directory.path + "/" + name, 0o700) == 0)
            try write("12345", to: directory.path + "/\(name)/sha256-ab")
        }
        #expect(try store.diskUsage().readings == TreeSize(entries: 2, bytes: 10))
        #expect(try store.prune(PruneOptions(kinds: [.steps])).freedBytes == 0)
        let report = try store.prune(PruneOptions(kinds: [.readings]))
        #expect(report.removed.map(\.name) == ["sha256-ab", "sha256-ab"])
        #expect(report.freedBytes == 10)
        #expect(try store.diskUsage().readings == TreeSize())
    }

    @Test func whatIsHandedOutStays() throws {
        let store = try Store(root: directory.path)
        let keys = try chain(4, in: store)
        let blob = try store.put(bytes("blob"))
        try store.close()
        let user = try Store(root: directory.path)
        let record = try #require(try user.cacheRecord(keys[1]))
        #expect(user.hasBlob(blob))
        _ = try store.prune()
        // The step below the one in use stays with it, those above go.
        #expect(try Set(store.listCacheRecords().map(\.key)) == Set(keys[...1]))
        #expect(try text(of: user.layerDirectory(try #require(record.layerID)) + "/file") == "0123456789")
        #expect(status(of: user.blobPath(blob)) != nil)
        try user.close()
        _ = try store.prune()
        #expect(try store.listCacheRecords() == [])
        #expect(status(of: user.blobPath(blob)) == nil)
    }

    @Test func ageLimit() throws {
        let store = try Store(root: directory.path)
        _ = try chain(2, in: store, base: Timestamp.now() - 1000)
        try store.recordCache(CacheRecord(key: .sha256(of: bytes("new")), instruction: "RUN new"), partsJSON: "{}")
        try store.close()
        let report = try store.prune(PruneOptions(unusedFor: 500))
        #expect(
            report.removed.map(\.detail) == ["RUN 1", "RUN 0"] || report.removed.map(\.detail) == ["RUN 0", "RUN 1"])
        #expect(try store.listCacheRecords().map(\.instruction) == ["RUN new"])
    }

    /// What a step builds on is as young as the step.
    @Test func parentsOfRecentStepsStay() throws {
        let store = try Store(root: directory.path)
        let keys = try chain(3, in: store, base: Timestamp.now() - 1000)
        try store.recordCache(
            CacheRecord(key: .sha256(of: bytes("n")), parent: keys[1], instruction: "RUN n"), partsJSON: "{}")
        try store.close()
        let report = try store.prune(PruneOptions(unusedFor: 500))
        #expect(report.removed.map(\.detail) == ["RUN 2"])
    }

    @Test func sizeLimitRemovesTheOldestAndTheirChildrenFirst() throws {
        let store = try Store(root: directory.path)
        let keys = try chain(5, in: store, base: Timestamp.now() - 1000)
        try store.close()
        let report = try store.prune(PruneOptions(keepBytes: 25))
        #expect(report.removed.map(\.detail) == ["RUN 4", "RUN 3", "RUN 2"])
        #expect(report.freedBytes == 30)
        #expect(try Set(store.listCacheRecords().map(\.key)) == Set(keys[..<2]))
    }

    @Test func filterNeverLeavesAStepWithoutItsParent() throws {
        let store = try Store(root: directory.path)
        _ = try chain(3, in: store)
        try store.close()
        let report = try store.prune(PruneOptions(matching: { $0.detail != "RUN 1" }))
        #expect(report.removed.map(\.detail) == ["RUN 2"])
    }

    @Test func kindsAreRespected() throws {
        let store = try Store(root: directory.path)
        _ = try chain(2, in: store)
        _ = try store.put(bytes("loose"))
        try store.close()
        #expect(try store.prune(PruneOptions(kinds: [.blobs])).removed.map(\.kind) == [.blobs])
        #expect(try store.listCacheRecords().count == 2)
    }

    @Test func imagesKeepTheirBlobsAndLayersTheirExports() throws {
        let store = try Store(root: directory.path)
        let image = try makeImage(store, layers: [bytes("named layer")])
        try store.setImage(Reference(parsing: "app"), to: image)
        let keys = try chain(1, in: store)
        let layer = try #require(try store.cacheRecord(keys[0])?.layerID)
        let blob = try store.put(bytes("exported"))
        let exported = ExportedLayer(
            descriptor: Descriptor(mediaType: MediaType.ociLayerGzip, digest: blob, size: 8),
            diffID: .sha256(of: bytes("tar")), uncompressedSize: 10)
        try store.recordExport(exported, of: layer, key: "gzip")
        try store.close()
        #expect(try store.prune(PruneOptions(kinds: [.blobs])).removed == [])
        let report = try store.prune()
        #expect(report.removed.map(\.detail) == ["RUN 0"])
        #expect(report.freedBytes == 18)
        #expect(status(of: store.blobPath(blob)) == nil)
        #expect(try store.diskUsage().blobs.count == 3)
        #expect(try store.image(named: Reference(parsing: "app")) == image)
    }

    @Test func pulledImagesGoAsAWhole() throws {
        let store = try Store(root: directory.path)
        let image = try makeImage(store, layers: [bytes("one"), bytes("two")])
        let reference = try Reference(parsing: "alpine:3")
        try store.recordResolvedTag(ResolvedTag(reference: reference, descriptor: image, source: "registry"))
        try store.close()
        #expect(try store.prune(PruneOptions(kinds: [.blobs])).removed == [])
        let report = try store.prune(PruneOptions(kinds: [.pulledImages]))
        #expect(report.removed.map(\.name) == ["docker.io/library/alpine:3"])
        #expect(try store.diskUsage().blobs == [])
        #expect(try store.resolvedTag(reference) == nil)
    }

    @Test func removedImageTakesWhatNothingElseNeeds() throws {
        let store = try Store(root: directory.path)
        let first = try makeImage(store, layers: [bytes("common"), bytes("first")])
        let second = try makeImage(store, layers: [bytes("common"), bytes("second")])
        let (one, two, alias) = try (Reference(parsing: "one"), Reference(parsing: "two"), Reference(parsing: "one:b"))
        try store.setImages([one, alias], to: first)
        try store.setImage(two, to: second)
        let usage = try store.diskUsage()
        #expect(usage.images.map(\.name.familiar) == ["one:b", "one:latest", "two:latest"])
        #expect(usage.images[2].bytes - usage.images[2].sharedBytes == 6 + second.size)
        #expect(try store.removeImage(one).deletedBlobs == [])
        let removed = try store.removeImage(alias)
        #expect(Set(removed.deletedBlobs) == [first.digest, .sha256(of: bytes("first"))])
        #expect(removed.freedBytes == first.size + 5)
        #expect(!store.hasBlob(first.digest))
        #expect(throws: StoreError.self) { try store.removeImage(one) }
        #expect(try store.image(named: two) == second)
        #expect(try store.blob(.sha256(of: bytes("common"))) == bytes("common"))
    }

    @Test func recursiveIndexesEnd() throws {
        let store = try Store(root: directory.path)
        var descriptor = try makeImage(store, layers: [])
        for _ in 0..<40 {
            let index = try CanonicalJSON.encode(Index(manifests: [descriptor]))
            _ = try store.put(index)
            descriptor = Descriptor(mediaType: MediaType.ociIndex, describing: index)
        }
        try store.setImage(Reference(parsing: "deep"), to: descriptor)
        #expect(try store.diskUsage().images.count == 1)
    }

    @Test func orphansAndStaleLocksAreCollected() throws {
        let store = try Store(root: directory.path)
        mkdir(directory.path + "/layers/aaaaaaaaaaaaa", 0o700)
        try write("x", to: directory.path + "/layers/aaaaaaaaaaaaa/f")
        try write("", to: directory.path + "/locks/unpack-sha256-00")
        mkdir(directory.path + "/tmp/123-abc", 0o700)
        try write("x", to: directory.path + "/tmp/123-abc/f")
        _ = try store.prune()
        try store.close()
        #expect(try entries(of: directory.path + "/layers") == [])
        #expect(try entries(of: directory.path + "/locks").sorted() == ["gate", "setup"])
        #expect(try entries(of: directory.path + "/tmp") == [])
    }

    /// Builds and a collector at the same time: what a builder was given is there as long as it works.
    @Test func pruneBesideBuilders() async throws {
        let root = directory.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<3 {
                group.addTask {
                    for round in 0..<30 {
                        let store = try Store(root: root, durability: .relaxed)
                        let key = Digest.sha256(of: bytes("key \((worker + round) % 4)"))
                        let id: LayerID
                        if let hit = try store.cacheRecord(key)?.layerID {
                            id = hit
                        } else {
                            id = try makeLayer(store, "content")
                            try store.recordCache(
                                CacheRecord(key: key, layerID: id, instruction: "RUN"), partsJSON: "{}")
                        }
                        let blob = try store.put(bytes("blob \(round % 3)"))
                        usleep(500)
                        #expect(try text(of: store.layerDirectory(id) + "/file") == "content")
                        #expect(try store.blob(blob) == bytes("blob \(round % 3)"))
                        try store.close()
                    }
                }
            }
            group.addTask {
                for _ in 0..<60 { _ = try Store(root: root).prune() }
            }
            try await group.waitForAll()
        }
        _ = try Store(root: root).prune()
        #expect(try entries(of: root + "/layers") == [])
        #expect(try entries(of: root + "/blobs/sha256") == [])
        #expect(try entries(of: root + "/tmp") == [])
    }
}
