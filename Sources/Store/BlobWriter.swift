import CLinux
import Glibc
import OCI
import Synchronization

/// A blob that is arriving. Its bytes become visible under their digest with ``finish()``, and not before.
///
/// Dropping the writer keeps what has arrived if the digest was known beforehand; ``abandon()`` throws it away.
/// One thread at a time should write; calls from several are serialised.
public final class BlobWriter: Sendable {
    private struct State {
        var file: OpenFile?
        var lock: FileLock?
        var digester: Digester
        var offset: Int64 = 0
        var writtenBack: Int64 = 0
    }

    private let store: Store
    private let path: String
    private let expected: Digest?
    private let size: Int64?
    private let state: Mutex<State>

    /// Was the blob already in the store? Then there is nothing to write.
    public let isComplete: Bool

    /// How many bytes have been stored, those of an earlier writer included: the next write continues from here.
    public var offset: Int64 { state.withLock { $0.offset } }

    /// A writer for a blob that is already there.
    init(store: Store, complete digest: Digest) throws(StoreError) {
        self.store = store
        path = store.layout.blob(digest)
        expected = digest
        guard let size = store.blobSize(digest) else { throw .notFound("blob \(digest)") }
        self.size = size
        isComplete = true
        state = Mutex(State(file: nil, lock: nil, digester: Digester(), offset: size))
    }

    init(store: Store, path: String, lock: FileLock?, expected: Digest?, size: Int64?) throws(StoreError) {
        self.store = store
        self.path = path
        self.expected = expected
        self.size = size
        isComplete = false
        let file = try OpenFile(path, O_RDWR | O_CREAT, mode: 0o644)
        var digester = expected.map { Digester(verifying: $0) } ?? Digester()
        var offset = try file.hash(with: &digester)
        if let size, offset > size {
            // What an earlier writer left cannot be the beginning of this blob.
            try BlobWriter.truncate(file)
            digester = expected.map { Digester(verifying: $0) } ?? Digester()
            offset = 0
        }
        state = Mutex(State(file: file, lock: lock, digester: digester, offset: offset, writtenBack: offset))
    }

    /// Appends bytes.
    ///
    /// - Throws: ``StoreError/sizeMismatch(digest:expected:got:)`` as soon as there are more than announced, before they
    ///   are written; ``StoreError/diskFull(path:)``.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard let file = state.file else { throw .notFound("the file of a finished blob") }
            let (end, overflow) = state.offset.addingReportingOverflow(Int64(bytes.count))
            if let size, overflow || end > size {
                throw .sizeMismatch(digest: expected, expected: size, got: overflow ? .max : end)
            }
            try file.write(bytes)
            state.digester.update(bytes)
            state.offset = end
            // Lets the disk work while the rest arrives, so that the sync at the end has little left to wait for.
            if store.durability == .full, end - state.writtenBack >= 8 << 20 {
                clinux_start_writeback(file.descriptor, off_t(state.writtenBack), off_t(end - state.writtenBack))
                state.writtenBack = end
            }
        }
    }

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws(StoreError) {
        try bytes.withUnsafeBytes { buffer in Result { () throws(StoreError) in try write(buffer) } }.get()
    }

    /// Throws away what has arrived and starts at offset 0: for a server that cannot continue in the middle.
    public func restart() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard let file = state.file else { return }
            try BlobWriter.truncate(file)
            state.digester = expected.map { Digester(verifying: $0) } ?? Digester()
            state.offset = 0
            state.writtenBack = 0
        }
    }

    /// Checks digest and size, and makes the blob visible.
    ///
    /// - Throws: ``StoreError/digestMismatch(expected:got:)`` (what has arrived is thrown away then),
    ///   ``StoreError/sizeMismatch(digest:expected:got:)`` (too few bytes: they are kept, to be continued).
    public func finish() throws(StoreError) -> (digest: Digest, size: Int64) {
        if isComplete, let expected { return (expected, offset) }
        return try state.withLock { (state) throws(StoreError) in
            guard state.file != nil else { throw .notFound("the file of a finished blob") }
            if let size, state.offset != size {
                throw .sizeMismatch(digest: expected, expected: size, got: state.offset)
            }
            let digest = state.digester.finish()
            if let expected, digest != expected {
                state.file = nil
                try removeFile(path)
                state.lock = nil
                throw .digestMismatch(expected: expected, got: digest)
            }
            if store.hasBlob(digest) {
                try removeFile(path)
            } else {
                try store.publishBlob(digest, from: path)
            }
            state.file = nil
            state.lock = nil
            return (digest, state.offset)
        }
    }

    /// Throws away what has arrived.
    public func abandon() {
        state.withLock { state in
            guard state.file != nil else { return }
            state.file = nil
            unlink(path)
            state.lock = nil
        }
    }

    private static func truncate(_ file: OpenFile) throws(StoreError) {
        guard ftruncate(file.descriptor, 0) == 0, lseek(file.descriptor, 0, SEEK_SET) == 0 else {
            throw StoreError(operation: "truncate", path: file.path, errno: errno)
        }
    }
}
