import CLinux
import GRDB
import Glibc
import OCI

// A crash of the program loses nothing that was written, since the kernel has it. When the machine goes down without
// warning, what was not synced may be cut off, while its name is there. Waiting for the disk on each write costs
// milliseconds, so the store writes down instead what may not be on the disk yet, and in which boot that was:
//
// - blobs: a symbolic link in `unsynced/`, made before the blob gets its name (file systems keep the order of such
//   changes); in a later boot, the digest is computed before the blob is used again;
// - layers: the column `boot`; in a later boot, the entries and bytes are counted before the layer is used again. File
//   systems make a file's length durable together with its data, so a tree that has them all has been written out;
// - the database: SQLite's own log.
//
// A sync removes the mark: of an image's blobs when the image gets its name, of everything with `makeDurable()`.

/// The running boot of the machine.
enum Boot {
    /// The kernel's random identifier of this boot; empty where it cannot be read.
    static let current: String = {
        guard let bytes = try? contents(of: "/proc/sys/kernel/random/boot_id") else { return "" }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()
}

extension Store {
    /// Waits until all that was stored so far, by whomever, is on the disk.
    ///
    /// Writes out the whole file system of the store: for the end of a build at the earliest.
    public func makeDurable() throws(StoreError) {
        let boot = Boot.current
        let layers = try catalog.read { db in
            try String.fetchAll(db, sql: "SELECT id FROM layers WHERE boot = ?", arguments: [boot])
        }
        let blobs = try unsyncedBlobs().filter { unsyncedBoot($0) == boot }
        guard !layers.isEmpty || !blobs.isEmpty else { return }
        let root = try OpenFile(layout.root, O_RDONLY | O_DIRECTORY)
        let failure = root.withDescriptor { clinux_sync_filesystem($0) }
        guard failure == 0 else { throw StoreError(operation: "sync", path: layout.root, errno: failure) }
        for digest in blobs { try removeFile(layout.unsynced(digest)) }
        try catalog.write { db in
            let statement = try db.cachedStatement(sql: "UPDATE layers SET boot = NULL WHERE id = ?")
            for id in layers { try statement.execute(arguments: [id]) }
        }
    }

    /// Waits until those of the blobs that are here are on the disk.
    func syncBlobs(_ digests: Set<Digest>) throws(StoreError) {
        guard durability == .full else { return }
        let unsynced = digests.filter { unsyncedBoot($0) != nil && status(of: layout.blob($0)) != nil }
        // After the first one, the file system has little left to do for the others.
        for digest in unsynced { try OpenFile(layout.blob(digest), O_RDONLY).syncData() }
        for algorithm in Set(unsynced.map(\.algorithm)) { try syncDirectory(layout.blobDirectory(algorithm)) }
        for digest in unsynced { try removeFile(layout.unsynced(digest)) }
    }

    /// Notes that the blob, which is about to get its name, may not be on the disk.
    func markUnsynced(_ digest: Digest, at path: String) throws(StoreError) {
        guard !Boot.current.isEmpty else { return try OpenFile(path, O_RDONLY).syncData() }
        let mark = layout.unsynced(digest)
        try removeFile(mark)
        guard symlink(Boot.current, mark) == 0 || errno == EEXIST else {
            throw StoreError(operation: "create", path: mark, errno: errno)
        }
    }

    /// Is the blob here, and whole? One that may have been cut off is read first, and removed if it was.
    func blobIsIntact(_ digest: Digest) throws(StoreError) -> Bool {
        guard status(of: layout.blob(digest)) != nil else { return false }
        guard let boot = unsyncedBoot(digest), boot != Boot.current else { return true }
        let lock = try FileLock.acquire(layout.lock("verify", digest), .exclusive, removingFile: true)
        defer { lock.release() }
        // Somebody else may have decided, and even stored it again, meanwhile.
        guard status(of: layout.blob(digest)) != nil else { return false }
        guard let boot = unsyncedBoot(digest), boot != Boot.current else { return true }
        var digester = Digester(verifying: digest)
        _ = try OpenFile(layout.blob(digest), O_RDONLY).hash(with: &digester)
        guard digester.finish() == digest else {
            try removeBlob(digest)
            return false
        }
        try removeFile(layout.unsynced(digest))
        return true
    }

    /// Removes a blob and what is noted about it.
    func removeBlob(_ digest: Digest) throws(StoreError) {
        try removeFile(layout.blob(digest))
        try removeFile(layout.unsynced(digest))
    }

    /// The boot in which a blob was stored that may not be on the disk; nil when it is.
    private func unsyncedBoot(_ digest: Digest) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let length = readlink(layout.unsynced(digest), &buffer, buffer.count)
        return length < 0 ? nil : String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func unsyncedBlobs() throws(StoreError) -> [Digest] {
        try entries(of: layout.unsynced).compactMap { name in
            guard let dash = name.firstIndex(of: "-") else { return nil }
            return try? Digest(parsing: name[..<dash] + ":" + name[name.index(after: dash)...])
        }
    }
}
