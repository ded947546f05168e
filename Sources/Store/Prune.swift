import GRDB
import OCI

extension Store {
    /// Removes what the options name, what nothing refers to, and what killed processes have left.
    ///
    /// Named images and whatever a running process works with stay. Other processes are held off only while it is decided
    /// what goes and while that is moved out of sight; deleting goes on beside them.
    ///
    /// - Parameter keepWaiting: asked now and then while other processes are in the way; false gives up.
    public func prune(
        _ options: PruneOptions = PruneOptions(), keepWaiting: KeepWaiting? = nil
    ) throws(StoreError) -> PruneReport {
        try flushUsage()
        let (plan, doomed) = try decideAndDetach(options, keepWaiting)
        for path in doomed { try DirectoryTree.remove(path) }
        if !options.dryRun { try Session.removeAbandoned(layout) }
        Reserve.keep(layout)
        return PruneReport(removed: plan.items)
    }

    private func decideAndDetach(
        _ options: PruneOptions, _ keepWaiting: KeepWaiting?
    ) throws(StoreError) -> (PrunePlan, doomed: [String]) {
        let gate = try FileLock.acquire(layout.gate, .exclusive, keepWaiting: keepWaiting)
        defer { gate.release() }
        var plan = try PrunePlan(store: self)
        plan.select(options)
        guard !options.dryRun else { return (plan, []) }
        let removal = plan.removal
        // The rows go first: a kill after that leaves orphans, which the next run collects, and never a row without its files.
        try catalog.write { db in
            for layer in removal.layers { try Store.forgetLayer(layer, db) }
            let records = try db.cachedStatement(sql: "DELETE FROM records WHERE key = ?")
            for key in removal.records { try records.execute(arguments: [key]) }
            let tags = try db.cachedStatement(sql: "DELETE FROM tags WHERE reference = ?")
            for tag in removal.tags { try tags.execute(arguments: [tag]) }
            let exports = try db.cachedStatement(sql: "DELETE FROM exports WHERE digest = ?")
            for digest in removal.blobs { try exports.execute(arguments: [digest.description]) }
            for number in removal.buildRecords {
                try db.execute(sql: "DELETE FROM build_records WHERE id = ?", arguments: [number])
                try db.execute(sql: "DELETE FROM build_subjects WHERE record = ?", arguments: [number])
            }
        }
        var doomed: [String] = []
        for digest in removal.blobs { try removeBlob(digest) }
        for path in removal.files { try removeIdle(path) }
        for name in removal.cacheMounts {
            if let path = try detachCacheMount(name) { doomed.append(path) }
        }
        for layer in try removal.layers + orphans() {
            guard status(of: layout.layer(layer)) != nil else { continue }
            let path = try session.temporaryPath()
            try move(layout.layer(layer), to: path)
            doomed.append(path)
        }
        try removeStaleLocks()
        return (plan, doomed)
    }

    /// Directories of layers that the database does not know: their process was killed between rename and record.
    private func orphans() throws(StoreError) -> [LayerID] {
        let known = try Set(allLayers().map(\.id))
        let leases = try Session.leases(layout, exceptOf: nil)
        return try entries(of: layout.layers).compactMap(LayerID.init(rawValue:))
            .filter { !known.contains($0) && !leases.contains(.layer($0)) }
    }

    /// Removes a file unless somebody is writing to it.
    private func removeIdle(_ path: String) throws(StoreError) {
        guard path.hasPrefix(layout.ingest + "/") else { return try removeFile(path) }
        let name = path.dropFirst(layout.ingest.utf8.count + 1)
        guard let lock = try FileLock.tryAcquire("\(layout.locks)/ingest-\(name)", .exclusive, removingFile: true)
        else {
            return
        }
        defer { lock.release() }
        try removeFile(path)
    }

    /// Lock files go with their lock, except when the process was killed.
    private func removeStaleLocks() throws(StoreError) {
        for name in try entries(of: layout.locks) where name.contains("-") {
            try FileLock.tryAcquire(layout.locks + "/" + name, .exclusive, removingFile: true)?.release()
        }
    }
}
