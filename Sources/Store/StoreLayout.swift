import OCI

/// Where things lie below the store's root directory.
///
///     blobs/sha256/<hex>      content by digest, as in an OCI image layout; the presence of a name is the only record
///     layers/<LayerID>/fs     a directory tree in overlayfs' format; known to the database, else it is an orphan
///     unsynced/<sha256-hex>   a symbolic link to the boot in which a blob was stored, while it may not be on the disk
///     ingest/<sha256-hex>     blobs that arrive; they survive an interruption so that a download can go on
///     tmp/<session>/          what one `Store` value is making; locked while that value lives, garbage afterwards
///     cache-mounts/<name>/    directories of RUN --mount=type=cache
///     stat-cache/<name>       digests of files by their stat data, one file per build context
///     inventory/, secrets/    what was read of layers, a file for each; made when they are first needed
///     locks/                  lock files
///     reserve                 room to give up when things are removed from a full disk
///     db.sqlite               everything else
struct StoreLayout: Sendable {
    let root: String

    var blobs: String { root + "/blobs" }
    var layers: String { root + "/layers" }
    var unsynced: String { root + "/unsynced" }
    var ingest: String { root + "/ingest" }
    var tmp: String { root + "/tmp" }
    var cacheMounts: String { root + "/cache-mounts" }
    var statCache: String { root + "/stat-cache" }
    var readings: [String] { [root + "/inventory", root + "/secrets"] }
    var locks: String { root + "/locks" }
    var reserve: String { root + "/reserve" }
    var database: String { root + "/db.sqlite" }

    /// Held shared for the moments in which something is published or leased, and exclusively while garbage is determined.
    var gate: String { locks + "/gate" }
    /// Held exclusively while the database is created or migrated.
    var setup: String { locks + "/setup" }

    func blobDirectory(_ algorithm: String) -> String { blobs + "/" + algorithm }
    func blob(_ digest: Digest) -> String { blobDirectory(digest.algorithm) + "/" + digest.hex }
    func unsynced(_ digest: Digest) -> String { unsynced + "/" + digest.algorithm + "-" + digest.hex }
    func partial(_ digest: Digest) -> String { ingest + "/" + digest.algorithm + "-" + digest.hex }
    func layer(_ id: LayerID) -> String { layers + "/" + id.rawValue }
    func lock(_ purpose: String, _ digest: Digest) -> String { "\(locks)/\(purpose)-\(digest.algorithm)-\(digest.hex)" }

    /// Makes the directories. Only the owner may enter: layers hold set-user-ID programs and whatever images keep private.
    func create() throws(StoreError) {
        try createDirectories(root, mode: 0o755)
        for directory in [blobs, layers, unsynced, ingest, tmp, cacheMounts, statCache, locks] {
            try createDirectories(directory, mode: 0o700)
        }
        for algorithm in ["sha256", "sha512"] { try createDirectories(blobDirectory(algorithm), mode: 0o700) }
    }
}
