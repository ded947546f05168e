import Glibc
import LayerFormat
import OCI
import Synchronization

/// The local store: content by digest, unpacked layers, image names and the instruction cache.
///
/// Several processes, and several `Store` values of one process, share a store. All calls are synchronous and may be made
/// from any thread. What a lookup hands out (a blob, a layer, a cache record's layer) is leased to this `Store` value:
/// no other process collects it until the value is closed or gone, even if that process is killed at some point.
///
/// Things become visible by one rename each, when they are complete; what a killed process leaves behind is removed when
/// the store is next opened. Storing things does not wait for the disk, except that an image's blobs are on it before the
/// image gets its name. What a power cut may have cut off is known, and looked at before its next use; see `Durability.swift`.
public final class Store: Sendable {
    let layout: StoreLayout
    let catalog: Catalog
    let session: Session
    let usage: UsageLog
    let durability: Durability
    let unpacking: ApplyOptions

    /// How hard the store tries to survive a power cut. A crash of the program alone never damages anything.
    public enum Durability: Sendable {
        /// A named image is on the disk, and everything else is checked after a power cut.
        case full
        /// Nothing waits for the disk or is checked: for stores that are thrown away, as on a CI machine.
        case relaxed
    }

    /// Opens the store at `root`, and creates it where there is none.
    ///
    /// Opening an existing store reads only, unless an earlier process was killed and left unfinished work to remove.
    ///
    /// - Parameters:
    ///   - unpacking: how layers are unpacked; `parents` is set by the store.
    ///   - freesSpace: things will be removed: on a full disk the room that is kept back for that is used.
    /// - Throws: ``StoreError/newerVersion(path:found:supported:)`` when a newer program has migrated the store.
    public init(
        root: String, durability: Durability = .full, unpacking: ApplyOptions = ApplyOptions(), freesSpace: Bool = false
    ) throws(StoreError) {
        layout = StoreLayout(root: Store.absolute(root))
        self.durability = durability
        self.unpacking = unpacking
        let isNew = status(of: layout.database) == nil
        if isNew { try layout.create() }
        if freesSpace { Reserve.useIfNeeded(layout) }
        catalog = try Catalog(layout: layout)
        if isNew || freesSpace { Reserve.keep(layout) }
        session = Session(layout: layout)
        usage = UsageLog()
        // Somebody else's leftovers are no reason not to work; `prune` reports what cannot be removed.
        try? Session.removeAbandoned(layout)
    }

    deinit {
        try? flushUsage()
    }

    /// The store's directory, absolute.
    public var root: String { layout.root }

    /// Writes down what was used, gives up the lease and removes unfinished work. Snapshots and blob writers of this
    /// value are dead afterwards; the value itself can still be used and then leases anew.
    public func close() throws(StoreError) {
        try flushUsage()
        try session.end()
    }

    /// The processes that work with this store at the moment, this value's own work left out; in ascending order.
    public func otherProcesses() throws(StoreError) -> [Int32] { try Session.processes(layout, exceptOf: session) }

    /// Runs `body` while garbage collection elsewhere is held off. Short work only; never wait for another lock inside.
    func whilePublishing<T>(_ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        let gate = try FileLock.acquire(layout.gate, .shared)
        defer { gate.release() }
        return try body()
    }

    /// Leases what `exists` finds; false, and no lease, when it is not there.
    func lease(_ item: LeasedItem, if exists: () throws(StoreError) -> Bool) throws(StoreError) -> Bool {
        if session.holds(item) { return true }
        guard try exists() else { return false }
        return try whilePublishing { () throws(StoreError) in
            try session.lease([item])
            if try exists() { return true }
            session.forget(item)
            return false
        }
    }

    private static func absolute(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
        if path.hasPrefix("/") { return path }
        guard let working = getcwd(nil, 0) else { return path }
        defer { free(working) }
        return String(cString: working) + "/" + path
    }
}
