import Glibc
import GRDB
import OCI

/// What the store holds, each byte counted once. Sizes are the lengths of files.
public struct DiskUsage: Sendable {
    /// A named image.
    public struct Image: Hashable, Sendable {
        /// The name, with its tag.
        public let name: Reference
        /// What it stands for.
        public let descriptor: Descriptor
        /// The bytes of its blobs that are in the store.
        public let bytes: Int64
        /// Those of them that other images have too (another name of the same image is another image).
        public let sharedBytes: Int64
    }

    /// Content by digest.
    public struct Blob: Hashable, Sendable {
        /// Its digest.
        public let digest: Digest
        /// Its length.
        public let bytes: Int64
        /// Is it part of a named image?
        public let isInImage: Bool
        /// May it be collected? Not while it is part of an image, or a running process needs it.
        public let isReclaimable: Bool
    }

    /// An unpacked layer, or the changes of a step.
    public struct Layer: Hashable, Sendable {
        /// What is known about it.
        public let info: LayerInfo
        /// The instruction it is the result of; nil for a layer of a base image.
        public let instruction: String?
        /// May it be collected? Not while a running process needs it.
        public let isReclaimable: Bool
    }

    /// In alphabetical order.
    public var images: [Image] = []
    /// In the order of their digests.
    public var blobs: [Blob] = []
    /// The oldest first.
    public var layers: [Layer] = []
    /// In the order of their names in the store.
    public var cacheMounts: [CacheMountInfo] = []
    /// What was read of layers' packages and secrets.
    public var readings = TreeSize()
    /// What has arrived of blobs that are not complete.
    public var unfinishedBytes: Int64 = 0
    /// What running processes are making.
    public var workingBytes: Int64 = 0
    /// The database and the remembered digests of files.
    public var bookkeepingBytes: Int64 = 0

    /// Everything together.
    public var totalBytes: Int64 {
        blobs.reduce(0) { $0 + $1.bytes } + layers.reduce(0) { $0 + $1.info.size.bytes }
            + cacheMounts.reduce(0) { $0 + $1.size.bytes } + unfinishedBytes + workingBytes
            + bookkeepingBytes + readings.bytes
    }

    /// What pruning everything that is not in use would free.
    public var reclaimableBytes: Int64 {
        blobs.reduce(0) { $0 + ($1.isReclaimable ? $1.bytes : 0) }
            + layers.reduce(0) { $0 + ($1.isReclaimable ? $1.info.size.bytes : 0) }
            + cacheMounts.reduce(0) { $0 + ($1.inUse ? 0 : $1.size.bytes) } + unfinishedBytes + readings.bytes
    }
}

extension Store {
    /// Counts what the store holds. Layers and blobs come from the records, cache mounts are walked.
    public func diskUsage() throws(StoreError) -> DiskUsage {
        var usage = DiskUsage()
        let leases = try Session.leases(layout, exceptOf: nil)
        let files = try allBlobs()
        let sizes = Dictionary(files.map { ($0.digest, $0.bytes) }) { first, _ in first }

        var reader = ManifestReader(store: self)
        let images = try listImages().map { image in (image, reader.closure(of: image.descriptor)) }
        var users: [Digest: Int] = [:]
        for (_, closure) in images { for digest in closure { users[digest, default: 0] += 1 } }
        usage.images = images.map { image, closure in
            DiskUsage.Image(
                name: image.name, descriptor: image.descriptor,
                bytes: closure.reduce(0) { $0 + (sizes[$1] ?? 0) },
                sharedBytes: closure.reduce(0) { $0 + ((users[$1] ?? 0) > 1 ? sizes[$1] ?? 0 : 0) })
        }
        usage.blobs = files.sorted { $0.digest < $1.digest }.map { file in
            let isInImage = users[file.digest] != nil
            return DiskUsage.Blob(
                digest: file.digest, bytes: file.bytes, isInImage: isInImage,
                isReclaimable: !isInImage && !leases.contains(.blob(file.digest)))
        }

        let instructions = try catalog.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT layer, instruction FROM records WHERE layer IS NOT NULL")
            return Dictionary(rows.map { ($0[0] as String, $0[1] as String) }) { first, _ in first }
        }
        usage.layers = try allLayers().sorted { ($0.created, $0.id.rawValue) < ($1.created, $1.id.rawValue) }.map {
            info in
            DiskUsage.Layer(
                info: info, instruction: instructions[info.id.rawValue],
                isReclaimable: !leases.contains(.layer(info.id)))
        }
        usage.cacheMounts = try listCacheMounts()
        for directory in layout.readings where status(of: directory) != nil {
            let size = try DirectoryTree.size(of: directory)
            usage.readings.bytes += size.bytes
            usage.readings.entries += size.entries
        }
        usage.unfinishedBytes = try DirectoryTree.size(of: layout.ingest).bytes
        // Files come and go there under the count; what cannot be counted is gone.
        usage.workingBytes = (try? DirectoryTree.size(of: layout.tmp).bytes) ?? 0
        usage.bookkeepingBytes = try DirectoryTree.size(of: layout.statCache).bytes
        for file in [layout.reserve] + ["", "-wal", "-shm"].map({ layout.database + $0 }) {
            usage.bookkeepingBytes += status(of: file).map { Int64($0.st_size) } ?? 0
        }
        return usage
    }
}
