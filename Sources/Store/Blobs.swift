import Glibc
import OCI

extension Store {
    /// Is the blob here? If so it stays until this store value is closed.
    public func hasBlob(_ digest: Digest) -> Bool {
        let found = try? lease(.blob(digest)) { () throws(StoreError) in try blobIsIntact(digest) }
        return found ?? false
    }

    /// The path of the blob's file, whether it exists or not. Never write to it.
    public func blobPath(_ digest: Digest) -> String {
        layout.blob(digest)
    }

    /// The blob's length in bytes; nil when it is not here.
    public func blobSize(_ digest: Digest) -> Int64? {
        guard hasBlob(digest) else { return nil }
        return status(of: layout.blob(digest)).map { Int64($0.st_size) }
    }

    /// The blob's bytes: for manifests and configurations.
    ///
    /// - Parameter limit: longer blobs are refused, since they would fill the memory.
    /// - Throws: ``StoreError/notFound(_:)``, or ``StoreError/corrupt(path:detail:)`` if the file no longer has the digest.
    public func blob(_ digest: Digest, limit: Int64 = 64 << 20) throws(StoreError) -> [UInt8] {
        guard let size = blobSize(digest) else { throw .notFound("blob \(digest)") }
        guard size <= limit else { throw .invalidSize(size) }
        guard let bytes = try contents(of: layout.blob(digest)) else { throw .notFound("blob \(digest)") }
        var digester = Digester(verifying: digest)
        digester.update(bytes)
        guard digester.finish() == digest else {
            throw .corrupt(path: layout.blob(digest), detail: "its content does not match its digest")
        }
        return bytes
    }

    /// Stores bytes and returns their digest. Nothing is written when they are already here.
    public func put(_ bytes: [UInt8]) throws(StoreError) -> Digest {
        let digest = Digest.sha256(of: bytes)
        if hasBlob(digest) { return digest }
        let writer = try ingest(size: Int64(bytes.count))
        try writer.write(bytes)
        return try writer.finish().digest
    }

    /// Starts to store a blob.
    ///
    /// With an expected digest the bytes survive an interruption: the next writer for it goes on at ``BlobWriter/offset``.
    /// Only one writer at a time works on a digest; others wait here and then find ``BlobWriter/isComplete`` set.
    ///
    /// - Parameters:
    ///   - expected: the digest that the bytes must turn out to have.
    ///   - size: the exact number of bytes to come.
    ///   - keepWaiting: asked now and then while another writer has the digest; false gives up.
    /// - Throws: ``StoreError/invalidSize(_:)`` for a negative size, ``StoreError/diskFull(path:)`` at once when the
    ///   announced size cannot fit, ``StoreError/interrupted(waitingFor:)``.
    public func ingest(
        expected: Digest? = nil, size: Int64? = nil, keepWaiting: KeepWaiting? = nil
    ) throws(StoreError) -> BlobWriter {
        if let size, size < 0 { throw .invalidSize(size) }
        guard let expected else {
            try requireSpace(size ?? 0)
            return try BlobWriter(store: self, path: session.temporaryPath(), lock: nil, expected: nil, size: size)
        }
        if hasBlob(expected) { return try BlobWriter(store: self, complete: expected) }
        let lock = try FileLock.acquire(
            layout.lock("ingest", expected), .exclusive, removingFile: true, keepWaiting: keepWaiting)
        if hasBlob(expected) { return try BlobWriter(store: self, complete: expected) }
        let path = layout.partial(expected)
        try requireSpace((size ?? 0) - (status(of: path).map { Int64($0.st_size) } ?? 0))
        return try BlobWriter(store: self, path: path, lock: lock, expected: expected, size: size)
    }

    /// Gives a finished file its name in `blobs/`. `file` is the open file at `path`.
    func publishBlob(_ digest: Digest, from path: String) throws(StoreError) {
        try whilePublishing { () throws(StoreError) in
            try session.lease([.blob(digest)])
            if durability == .full { try markUnsynced(digest, at: path) }
            do throws(StoreError) {
                try move(path, to: layout.blob(digest))
            } catch {
                session.forget(.blob(digest))
                throw error
            }
        }
    }

    private func requireSpace(_ size: Int64) throws(StoreError) {
        guard size > 0 else { return }
        var file = statvfs()
        guard statvfs(layout.root, &file) == 0 else { return }
        let (free, overflow) = UInt64(file.f_bavail).multipliedReportingOverflow(by: UInt64(file.f_frsize))
        if !overflow && UInt64(size) > free { throw .diskFull(path: layout.root) }
    }
}
