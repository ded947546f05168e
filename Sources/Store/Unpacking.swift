import GRDB
import Glibc
import LayerFormat
import OCI

/// What an unpacked layer was made from.
struct LayerOrigin {
    let diffID: Digest
    /// Identifies the layers below if the unpacked directory is right on those only; else empty.
    let stack: String

    /// A layer lists the directories it has files in, except when it was made by a careless tool: then their attributes
    /// have to be copied from the layers below.
    static func stack(_ parents: [LayerID]) -> String {
        Digest.sha256(of: Array(parents.map(\.rawValue).joined(separator: " ").utf8)).hex
    }
}

extension Store {
    /// The unpacked layer with that diffID; nil when there is none. It stays until this store value is closed.
    ///
    /// - Parameter parents: the unpacked layers below, the lowest first. Without them, only a layer that is the same on
    ///   any others is found.
    public func layer(diffID: Digest, on parents: [LayerID]? = nil) throws(StoreError) -> LayerID? {
        let stack = parents.map(LayerOrigin.stack) ?? ""
        let row = try catalog.read { db in
            let statement = try db.cachedStatement(sql: "SELECT id FROM layers WHERE diff_id = ? AND stack IN ('', ?)")
            return try String.fetchOne(statement, arguments: [diffID.description, stack])
        }
        guard let row, let id = LayerID(rawValue: row) else { return nil }
        return try useLayer(id) ? id : nil
    }

    /// Unpacks a layer of the store, once: whoever else wants the same diffID meanwhile, in this process or another,
    /// waits here.
    ///
    /// - Parameters:
    ///   - parents: the unpacked layers below, the lowest first.
    ///   - keepWaiting: asked now and then while another process unpacks the layer; false gives up.
    /// - Throws: ``StoreError/notFound(_:)`` when the blob is not here, ``StoreError/unpackFailed(layer:reason:)``,
    ///   ``StoreError/digestMismatch(expected:got:)`` when what was unpacked has another diffID.
    public func unpack(
        blob: Descriptor, diffID: Digest, on parents: [LayerID], keepWaiting: KeepWaiting? = nil
    ) throws(StoreError) -> LayerID {
        let stack = LayerOrigin.stack(parents)
        let find = { () throws(StoreError) -> LayerID? in try self.layer(diffID: diffID, on: parents) }
        let unpacked = try unpackOnce(diffID, keepWaiting: keepWaiting, find: find) { directory in
            let applied = try self.apply(blob, into: directory, on: parents)
            return (applied.diffID, applied.impliedDirectories.isEmpty ? "" : stack)
        }
        guard let unpacked else { throw .notFound("layer \(diffID)") }
        return unpacked
    }

    /// Unpacks a layer before those below it are known, so that all layers of an image can be unpacked at the same time.
    ///
    /// - Returns: nil when the layer cannot be unpacked without them: it has files in directories that it does not list.
    ///   Such layers are rare; unpack them again with ``unpack(blob:diffID:on:keepWaiting:)`` when the others are there.
    /// - Throws: as ``unpack(blob:diffID:on:keepWaiting:)``.
    public func unpackIndependently(
        blob: Descriptor, diffID: Digest, keepWaiting: KeepWaiting? = nil
    ) throws(StoreError) -> LayerID? {
        let find = { () throws(StoreError) -> LayerID? in try self.layer(diffID: diffID) }
        return try unpackOnce(diffID, keepWaiting: keepWaiting, find: find) { directory in
            let applied = try self.apply(blob, into: directory, on: [])
            return (applied.diffID, applied.impliedDirectories.isEmpty ? "" : nil)
        }
    }

    /// The unpacked layer with that diffID, filled by `fill` if there is none yet: for a layer that is unpacked while it
    /// arrives, for instance.
    ///
    /// - Parameter fill: unpacks into the directory it is given and returns the diffID of what it has read. The result
    ///   must be right on any layers below.
    public func unpack(
        diffID: Digest, keepWaiting: KeepWaiting? = nil, fill: (String) throws -> Digest
    ) throws(StoreError) -> LayerID {
        let find = { () throws(StoreError) -> LayerID? in try self.layer(diffID: diffID) }
        let unpacked = try unpackOnce(diffID, keepWaiting: keepWaiting, find: find) { (try fill($0), "") }
        guard let unpacked else { throw .notFound("layer \(diffID)") }
        return unpacked
    }

    /// Runs `fill` unless `find` finds the layer, before or after waiting for others.
    ///
    /// - Parameter fill: returns the diffID it has read, and the stack that the result is bound to: nil if it is useless.
    private func unpackOnce(
        _ diffID: Digest, keepWaiting: KeepWaiting?, find: () throws(StoreError) -> LayerID?,
        fill: (String) throws -> (diffID: Digest, stack: String?)
    ) throws(StoreError) -> LayerID? {
        if let id = try find() { return id }
        let lock = try FileLock.acquire(
            layout.lock("unpack", diffID), .exclusive, removingFile: true, keepWaiting: keepWaiting)
        defer { lock.release() }
        if let id = try find() { return id }
        let snapshot = try newSnapshot()
        let filled: (diffID: Digest, stack: String?)
        do {
            filled = try fill(snapshot.upper)
        } catch {
            snapshot.abandon()
            if let error = error as? StoreError { throw error }
            throw .unpackFailed(layer: diffID, reason: error)
        }
        guard filled.diffID == diffID, let stack = filled.stack else {
            snapshot.abandon()
            if filled.diffID == diffID { return nil }
            throw .digestMismatch(expected: diffID, got: filled.diffID)
        }
        return try snapshot.commit(as: LayerOrigin(diffID: diffID, stack: stack))
    }

    private func apply(_ blob: Descriptor, into directory: String, on parents: [LayerID]) throws -> AppliedLayer {
        guard hasBlob(blob.digest) else { throw StoreError.notFound("blob \(blob.digest)") }
        let file = try OpenFile(layout.blob(blob.digest), O_RDONLY)
        var options = unpacking
        options.parents = parents.map(layerDirectory)
        return try file.withDescriptor { descriptor in
            try applyLayer(from: descriptor, path: file.path, into: directory, options: options)
        }
    }
}
