import Glibc
import OCI
import Testing

@testable import Store

@Suite struct BlobTests {
    let directory = TemporaryDirectory()

    @Test func putAndRead() throws {
        let store = try Store(root: directory.path)
        let digest = try store.put(bytes("hello"))
        #expect(digest.description == "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(store.hasBlob(digest))
        #expect(store.blobSize(digest) == 5)
        #expect(try store.blob(digest) == bytes("hello"))
        #expect(try text(of: "\(directory.path)/blobs/sha256/\(digest.hex)") == "hello")
        #expect(try store.put(bytes("hello")) == digest)
        #expect(try Store(root: directory.path).hasBlob(digest))
    }

    @Test func emptyBlob() throws {
        let store = try Store(root: directory.path)
        let digest = try store.put([])
        #expect(try store.blob(digest) == [])
    }

    @Test func wrongDigestIsRefusedAndThrownAway() throws {
        let store = try Store(root: directory.path)
        let expected = Digest.sha256(of: bytes("right"))
        let writer = try store.ingest(expected: expected, size: 5)
        try writer.write(bytes("wrong"))
        let error = #expect(throws: StoreError.self) { try writer.finish() }
        guard case .digestMismatch(expected, let got)? = error else { Issue.record("\(error as Any)"); return }
        #expect(got == Digest.sha256(of: bytes("wrong")))
        #expect(!store.hasBlob(expected))
        #expect(!store.hasBlob(got))
        #expect(try entries(of: directory.path + "/ingest") == [])
    }

    @Test func tooManyBytesAreRefusedBeforeTheyAreWritten() throws {
        let store = try Store(root: directory.path)
        let writer = try store.ingest(expected: .sha256(of: bytes("abc")), size: 3)
        #expect(throws: StoreError.self) { try writer.write(bytes("abcd")) }
        #expect(writer.offset == 0)
        try writer.write(bytes("abc"))
        #expect(try writer.finish().size == 3)
    }

    @Test func tooFewBytesAreKeptForLater() throws {
        let store = try Store(root: directory.path)
        let digest = Digest.sha256(of: bytes("abcdef"))
        do {
            let writer = try store.ingest(expected: digest, size: 6)
            try writer.write(bytes("abc"))
            let error = #expect(throws: StoreError.self) { try writer.finish() }
            guard case .sizeMismatch(digest, 6, 3)? = error else { Issue.record("\(error as Any)"); return }
        }
        let writer = try Store(root: directory.path).ingest(expected: digest, size: 6)
        #expect(writer.offset == 3)
        try writer.write(bytes("def"))
        #expect(try writer.finish() == (digest, 6))
        #expect(try store.blob(digest) == bytes("abcdef"))
    }

    @Test func restartForgetsWhatHasArrived() throws {
        let store = try Store(root: directory.path)
        let digest = Digest.sha256(of: bytes("abcdef"))
        let writer = try store.ingest(expected: digest, size: 6)
        try writer.write(bytes("xyz"))
        try writer.restart()
        #expect(writer.offset == 0)
        try writer.write(bytes("abcdef"))
        #expect(try writer.finish().digest == digest)
    }

    @Test func leftoversLongerThanTheBlobAreDropped() throws {
        let store = try Store(root: directory.path)
        let digest = Digest.sha256(of: bytes("ab"))
        do {
            let writer = try store.ingest(expected: digest)
            try writer.write(bytes("much longer"))
        }
        let writer = try store.ingest(expected: digest, size: 2)
        #expect(writer.offset == 0)
        try writer.write(bytes("ab"))
        #expect(try writer.finish().digest == digest)
    }

    @Test func presentBlobNeedsNoBytes() throws {
        let store = try Store(root: directory.path)
        let digest = try store.put(bytes("abc"))
        let writer = try store.ingest(expected: digest, size: 3)
        #expect(writer.isComplete)
        #expect(try writer.finish() == (digest, 3))
    }

    @Test(arguments: [Int64.min, -1, .max, 1 << 60]) func hostileSizes(size: Int64) throws {
        let store = try Store(root: directory.path)
        let error = #expect(throws: StoreError.self) { try store.ingest(expected: .sha256(of: []), size: size) }
        switch error {
        case .invalidSize(size)? where size < 0: break
        case .diskFull? where size > 0: break
        default: Issue.record("\(error as Any)")
        }
    }

    @Test func damagedBlobIsNoticed() throws {
        let store = try Store(root: directory.path)
        let digest = try store.put(bytes("hello"))
        chmod(store.blobPath(digest), 0o644)
        try write("jello", to: store.blobPath(digest))
        #expect(throws: StoreError.self) { try store.blob(digest) }
    }

    @Test func sha512() throws {
        let store = try Store(root: directory.path)
        let digest = try Digest(
            parsing: "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
        let writer = try store.ingest(expected: digest, size: 3)
        try writer.write(bytes("abc"))
        #expect(try writer.finish().digest == digest)
        #expect(try store.blob(digest) == bytes("abc"))
    }

    @Test func writersForOneDigestTakeTurns() async throws {
        let store = try Store(root: directory.path)
        let content = [UInt8](repeating: 7, count: 300_000)
        let digest = Digest.sha256(of: content)
        let completed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let writer = try Store(root: store.root).ingest(expected: digest, size: Int64(content.count))
                    if !writer.isComplete { try writer.write(content) }
                    _ = try writer.finish()
                    return writer.isComplete
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(completed == 7)
        #expect(try store.blob(digest) == content)
        #expect(try entries(of: directory.path + "/ingest") == [])
        #expect(try entries(of: directory.path + "/locks").filter { $0.hasPrefix("ingest") } == [])
    }

    /// Random splits and interruptions give the same blob.
    @Test func anyChunkingGivesTheSameBlob() throws {
        let store = try Store(root: directory.path, durability: .relaxed)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let content = (0..<Int.random(in: 0...5000)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let digest = Digest.sha256(of: content)
            while true {
                let writer = try store.ingest(expected: digest, size: Int64(content.count))
                if writer.isComplete { break }
                var position = Int(writer.offset)
                while position < content.count && Int.random(in: 0..<8) > 0 {
                    let end = min(content.count, position + Int.random(in: 0...700))
                    try writer.write(Array(content[position..<end]))
                    position = end
                }
                if position == content.count { _ = try writer.finish() }
            }
            #expect(try store.blob(digest) == content)
        }
    }
}

/// What happens to blobs when the machine goes down without warning.
@Suite struct DurabilityTests {
    let directory = TemporaryDirectory()

    private func marks() throws -> [String] { try entries(of: directory.path + "/unsynced") }

    /// A blob of an earlier boot is read before it is used again.
    @Test(arguments: [true, false]) func powerCut(intact: Bool) throws {
        let store = try Store(root: directory.path)
        let digest = try store.put(bytes("content"))
        try store.close()
        let mark = directory.path + "/unsynced/sha256-" + digest.hex
        #expect(unlink(mark) == 0)
        symlink("earlier", mark)
        if !intact { truncate(store.blobPath(digest), 3) }
        #expect(store.hasBlob(digest) == intact)
        #expect(try marks() == [])
        #expect(try store.put(bytes("content")) == digest)
        #expect(try store.blob(digest) == bytes("content"))
    }

    @Test func namingAnImageSyncsItsBlobs() throws {
        let store = try Store(root: directory.path)
        let image = try makeImage(store, layers: [bytes("layer")])
        let other = try store.put(bytes("other"))
        #expect(try marks().count == 4)
        try store.setImage(Reference(parsing: "app"), to: image)
        #expect(try marks() == ["sha256-" + other.hex])
        try store.makeDurable()
        #expect(try marks() == [])
    }

    @Test func relaxedMarksNothing() throws {
        let store = try Store(root: directory.path, durability: .relaxed)
        _ = try store.put(bytes("content"))
        #expect(try marks() == [])
    }

    @Test func removedBlobsLeaveNoMark() throws {
        let store = try Store(root: directory.path)
        _ = try store.put(bytes("content"))
        try store.close()
        _ = try store.prune()
        #expect(try marks() == [])
    }
}
