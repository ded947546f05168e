import Glibc
import OCI
import Synchronization

/// A layer that has been walked.
public struct WalkedLayer: Hashable, Sendable {
    /// The digest of the tar.
    public let diffID: Digest
    /// The length of the tar in bytes.
    public let uncompressedSize: Int64
    /// Where in the tar its last member ends: what follows are zeros.
    public let membersEnd: Int64
}

/// Reads a layer once and shows every member to the visitors, plain or compressed by gzip, zstd, xz or bzip2.
///
/// Content that nobody asks for is passed over by seeking in a plain layer. The tar is hashed by a thread of its own or on
/// the way: the result is that of the whole layer, checked.
///
/// - Parameters:
///   - blob: the layer.
///   - expected: the layer's diffID.
///   - name: names the layer in errors.
///   - temporaryDirectory: where large files of a compressed layer are kept while a visitor looks into them.
/// - Throws: `OCIError.digestMismatch` for another layer than the expected one, `OCIError` and ``LayerFormatError`` for one
///   that is damaged, and what visitors throw.
@discardableResult
public func walkLayer(
    _ blob: Blob, expecting expected: Digest?, name: String, visitors: [any LayerVisitor],
    temporaryDirectory: String = "/tmp"
) throws -> WalkedLayer {
    let plain = try blob.withDescriptor { descriptor, offset in
        let head = try readFile(descriptor, path: name, at: offset, count: CompressionFormat.prefixLength)
        guard CompressionFormat.detect(head) == .none else { return nil as PlainLayer? }
        return PlainLayer(descriptor: descriptor, offset: offset, size: blob.size, name: name)
    }
    let spool = Spool(directory: temporaryDirectory)
    let walked: WalkedLayer
    if let plain = plain ?? nil {
        let hashing = try ConcurrentDigest(of: blob, verifying: expected)
        defer { hashing.cancel() }
        let end = try LayerWalk(TarReader(blob.source()), visitors, spool, plain: plain).run()
        walked = WalkedLayer(diffID: try hashing.result(), uncompressedSize: blob.size, membersEnd: end)
    } else {
        let ahead = try ReadAhead(try decompressing(blob.source()))
        defer { ahead.stop() }
        let hashed = HashingSource(ahead, verifying: expected)
        let end = try LayerWalk(TarReader(hashed), visitors, spool, plain: nil).run()
        try hashed.drain()
        walked = WalkedLayer(diffID: hashed.digest, uncompressedSize: hashed.count, membersEnd: end)
    }
    if let expected, walked.diffID != expected {
        throw OCIError.digestMismatch(what: name, expected: expected, actual: walked.diffID)
    }
    return walked
}

/// An uncompressed layer in a file, of which any part can be read.
struct PlainLayer {
    let descriptor: Int32
    let offset: Int64
    let size: Int64
    let name: String
}

/// Digests a blob on another thread.
private final class ConcurrentDigest {
    private final class State: Sendable {
        let isCancelled = Atomic(false)
        let result = Mutex<Result<Digest, any Error>?>(nil)
    }

    private let state = State()
    private let thread: WorkerThread
    private var isJoined = false

    init(of blob: Blob, verifying expected: Digest?) throws {
        let state = state
        thread = try WorkerThread {
            let result = Result { try Self.digest(of: blob, verifying: expected, state) }
            state.result.withLock { $0 = result }
        }
    }

    private static func digest(of blob: Blob, verifying expected: Digest?, _ state: State) throws -> Digest {
        var digester = expected.map { Digester(verifying: $0) } ?? Digester()
        let source = blob.source()
        while !state.isCancelled.load(ordering: .relaxed) {
            let span = try source.read(upTo: 1 << 20)
            if span.isEmpty { break }
            digester.update(span)
        }
        return digester.finish()
    }

    func result() throws -> Digest {
        join()
        guard let result = state.result.withLock({ $0 }) else {
            throw LayerFormatError.malformedArchive(reason: "it was not hashed")
        }
        return try result.get()
    }

    func cancel() {
        state.isCancelled.store(true, ordering: .relaxed)
        join()
    }

    private func join() {
        guard !isJoined else { return }
        isJoined = true
        thread.join()
    }
}
