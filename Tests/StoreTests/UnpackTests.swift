import Glibc
import OCI
import Testing

@testable import Store

private final class Collected: ByteSink {
    var bytes: [UInt8] = []
    func write(_ bytes: UnsafeRawBufferPointer) { self.bytes += bytes }
}

/// A layer of the given files, as a plain tar.
private func makeTar(_ files: [(name: String, content: String)], directories: [(name: String, mode: UInt32)] = [])
    throws
    -> [UInt8]
{
    let sink = Collected()
    var writer = TarWriter(sink)
    for directory in directories {
        try writer.add(TarEntry(name: bytes(directory.name), kind: .directory, mode: directory.mode))
    }
    for file in files {
        try writer.add(TarEntry(name: bytes(file.name), kind: .file, mode: 0o644), content: bytes(file.content))
    }
    try writer.finish()
    return sink.bytes
}

@Suite(.enabled(if: getuid() == 0, "unpacking layers with owners takes root")) struct UnpackTests {
    let directory = TemporaryDirectory()

    private func add(_ tar: [UInt8], to store: Store) throws -> Descriptor {
        _ = try store.put(tar)
        return Descriptor(mediaType: MediaType.ociLayerTar, describing: tar)
    }

    @Test func blobBecomesALayer() throws {
        let store = try Store(root: directory.path)
        let blob = try add(makeTar([("a", "one"), ("b", "two")]), to: store)
        let id = try store.unpack(blob: blob, diffID: blob.digest, on: [])
        #expect(try text(of: store.layerDirectory(id) + "/b") == "two")
        #expect(try store.layerInfo(id)?.size == TreeSize(entries: 2, bytes: 6))
        #expect(try store.layer(diffID: blob.digest) == id)
        #expect(try store.unpack(blob: blob, diffID: blob.digest, on: []) == id)
        #expect(try store.unpackIndependently(blob: blob, diffID: blob.digest) == id)
    }

    @Test func wrongDiffIDAndMissingBlob() throws {
        let store = try Store(root: directory.path)
        let blob = try add(makeTar([("a", "one")]), to: store)
        let other = Digest.sha256(of: bytes("other"))
        var error = #expect(throws: StoreError.self) { try store.unpack(blob: blob, diffID: other, on: []) }
        guard case .digestMismatch(other, _)? = error else { Issue.record("\(error as Any)"); return }
        let missing = Descriptor(mediaType: MediaType.ociLayerTar, digest: other, size: 1)
        error = #expect(throws: StoreError.self) { try store.unpack(blob: missing, diffID: other, on: []) }
        guard case .notFound? = error else { Issue.record("\(error as Any)"); return }
        #expect(try entries(of: directory.path + "/layers") == [])
    }

    @Test func garbageIsNoLayer() throws {
        let store = try Store(root: directory.path)
        let blob = try add(Array(repeating: 0x55, count: 5000), to: store)
        let error = #expect(throws: StoreError.self) { try store.unpack(blob: blob, diffID: blob.digest, on: []) }
        guard case .unpackFailed(blob.digest, _)? = error else { Issue.record("\(error as Any)"); return }
    }

    /// A layer that does not list a directory takes it from the layers below, so it is only right on those.
    @Test func unlistedDirectories() throws {
        let store = try Store(root: directory.path)
        let strict = try add(makeTar([], directories: [("d", 0o700)]), to: store)
        let loose = try add(makeTar([], directories: [("d", 0o1777)]), to: store)
        let careless = try add(makeTar([("d/file", "x")]), to: store)
        let bases = try [strict, loose].map { try store.unpack(blob: $0, diffID: $0.digest, on: []) }
        #expect(try store.unpackIndependently(blob: careless, diffID: careless.digest) == nil)
        let ids = try bases.map { try store.unpack(blob: careless, diffID: careless.digest, on: [$0]) }
        #expect(ids[0] != ids[1])
        let modes = try ids.map { try #require(status(of: store.layerDirectory($0) + "/d")).st_mode & 0o7777 }
        #expect(modes == [0o700, 0o1777])
        #expect(try store.layer(diffID: careless.digest) == nil)
        #expect(try store.layer(diffID: careless.digest, on: [bases[1]]) == ids[1])
        #expect(try store.unpack(blob: careless, diffID: careless.digest, on: [bases[0]]) == ids[0])
    }
}
