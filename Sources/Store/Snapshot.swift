import Glibc
import OCI
import Synchronization

/// The directories for a step that is about to run: unfinished until ``commit()``.
public final class PendingSnapshot: Sendable {
    private let store: Store
    private let directory: String
    private let open = Mutex(true)

    /// The directory that takes the changes: overlayfs' `upperdir`.
    public var upper: String { directory + "/fs" }
    /// Overlayfs' `workdir`, on the same file system as ``upper``.
    public var work: String { directory + "/work" }

    init(store: Store, directory: String) {
        self.store = store
        self.directory = directory
    }

    deinit {
        abandon()
    }

    /// Makes the snapshot a layer of the store. Nothing may be mounted on it any more.
    ///
    /// The files are not synced; see ``Store/makeDurable()``. A layer without a cache record, or other use, is garbage
    /// once this store value is closed.
    public func commit() throws(StoreError) -> LayerID {
        try commit(as: nil)
    }

    func commit(as origin: LayerOrigin?) throws(StoreError) -> LayerID {
        guard
            open.withLock({ open in
                defer { open = false }; return open
            })
        else {
            throw .notFound("the snapshot \(directory)")
        }
        do {
            try DirectoryTree.remove(work)
            let size = try DirectoryTree.size(of: upper)
            return try store.publishLayer(from: directory, origin: origin, size: size)
        } catch {
            try? DirectoryTree.remove(directory)
            throw error
        }
    }

    /// Removes the directories; nothing happens when the snapshot was committed.
    public func abandon() {
        guard
            open.withLock({ open in
                defer { open = false }; return open
            })
        else { return }
        // What cannot be removed now goes with the session's directory.
        try? DirectoryTree.remove(directory)
    }
}

extension Store {
    /// New directories for a step.
    ///
    /// - Parameter parent: the layer right below. The merged root directory takes mode and owner from the topmost layer,
    ///   so they are copied; without a parent it is root's, with mode 0755.
    public func newSnapshot(on parent: LayerID? = nil) throws(StoreError) -> PendingSnapshot {
        let snapshot = PendingSnapshot(store: self, directory: try session.temporaryPath())
        try createDirectory(layout(of: snapshot), mode: 0o700)
        try createDirectory(snapshot.upper, mode: 0o755)
        try createDirectory(snapshot.work, mode: 0o700)
        if let parent, let status = status(of: layerDirectory(parent)) {
            // Without privileges all files have one owner, who may not be set either.
            let isOwned = status.st_uid == geteuid() && status.st_gid == getegid()
            guard isOwned || chown(snapshot.upper, status.st_uid, status.st_gid) == 0,
                chmod(snapshot.upper, status.st_mode & 0o7777) == 0
            else { throw StoreError(operation: "set the owner of", path: snapshot.upper, errno: errno) }
        }
        return snapshot
    }

    private func layout(of snapshot: PendingSnapshot) -> String {
        String(snapshot.upper.dropLast("/fs".utf8.count))
    }

    /// Moves a complete directory into `layers/` and records it.
    func publishLayer(from directory: String, origin: LayerOrigin?, size: TreeSize) throws(StoreError) -> LayerID {
        let id = LayerID.random()
        let now = Timestamp.now()
        try whilePublishing { () throws(StoreError) in
            try session.lease([.layer(id)])
            // Between the two a kill leaves a directory that the database does not know: garbage, never a half layer.
            try move(directory, to: layout.layer(id))
            try catalog.write { db in
                try db.cachedStatement(
                    sql: """
                        INSERT INTO layers (id, diff_id, stack, entries, bytes, created, last_used, boot)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """
                ).execute(arguments: [
                    id.rawValue, origin?.diffID.description, origin?.stack ?? "", size.entries, size.bytes, now, now,
                    Boot.current,
                ])
            }
        }
        return id
    }
}
