import GRDB
import Glibc
import OCI

/// Decides what to collect. Made and carried out while the gate is held exclusively, so nothing changes meanwhile.
///
/// Things are kept by counting who needs them. Layers are needed by cache records, or by themselves when they belong to a
/// base image; blobs by the layers they were made from and by resolved tags. Named images and leases are never given up.
struct PrunePlan {
    /// What to delete, by where it is recorded.
    struct Removal {
        var records: [String] = []
        var layers: [LayerID] = []
        var tags: [String] = []
        var blobs: [Digest] = []
        var cacheMounts: [String] = []
        var files: [String] = []
        var buildRecords: [Int64] = []
    }

    private struct Record {
        let key: String
        let parent: String?
        let layer: LayerID?
        let instruction: String
        var lastUsed: Int64
        var isPinned: Bool
        var depth = 0
    }

    private struct Candidate {
        var item: PruneItem
        /// What identifies it within its kind.
        var name: String
        /// For steps, how many others they build on: of equally old ones, those that build on others go first.
        var depth = 0
        /// Nothing would ever use it again, so it goes whatever its age.
        var isGarbage = false
    }

    private(set) var items: [PruneItem] = []
    private(set) var removal = Removal()

    private let store: Store
    private let leases: Set<LeasedItem>
    private var layers: [LayerID: LayerInfo] = [:]
    private var layerUsers: [LayerID: Int] = [:]
    private var exports: [LayerID: [Digest]] = [:]
    private var tagBlobs: [String: Set<Digest>] = [:]
    private var recordLayers: [String: LayerID] = [:]
    private var recordParents: [String: String] = [:]
    /// How many records build on each record.
    private var recordUsers: [String: Int] = [:]
    private var blobs: [Digest: Int64] = [:]
    /// Digests that named images and running processes need.
    private var pinned: Set<String> = []
    private var blobUsers: [Digest: Int] = [:]
    private var candidates: [Candidate] = []
    /// What the cache takes as things stand in the plan.
    private var total: Int64 = 0

    init(store: Store) throws(StoreError) {
        self.store = store
        leases = try Session.leases(store.layout, exceptOf: nil)
        try readBlobs()
        try readLayers()
        try readRecords()
        try readCacheMounts()
        try readFiles()
        try readBuildRecords()
    }

    /// How long, in seconds, a build record stays when its image has no name.
    private static let buildRecordAge: Int64 = 30 * 86_400

    /// Chooses what goes.
    mutating func select(_ options: PruneOptions) {
        let newest = options.unusedFor.map { Timestamp.now() - $0 } ?? .max
        let isRecordsOnly = options.kinds == [.buildRecords]
        candidates.sort { ($0.item.lastUsed, $1.depth) < ($1.item.lastUsed, $0.depth) }
        for candidate in candidates {
            let item = candidate.item
            guard options.kinds.contains(item.kind) else { continue }
            if !candidate.isGarbage {
                // A record never outlives the one it builds on: its files assume those below.
                guard recordUsers[candidate.name] ?? 0 == 0 else { continue }
                guard item.lastUsed <= newest, options.matching?(item) ?? true else { continue }
                if item.kind == .buildRecords, options.unusedFor == nil, !isRecordsOnly,
                    item.lastUsed > Timestamp.now() - Self.buildRecordAge
                {
                    continue
                }
                if let keep = options.keepBytes, total <= keep { continue }
            }
            var removed = item
            removed.bytes = remove(candidate)
            total -= removed.bytes
            items.append(removed)
        }
    }

    // MARK: Removing

    /// Enters the removal and returns what it frees.
    private mutating func remove(_ candidate: Candidate) -> Int64 {
        switch candidate.item.kind {
        case .steps:
            if candidate.isGarbage { return LayerID(rawValue: candidate.name).map { removeLayer($0) } ?? 0 }
            removal.records.append(candidate.name)
            if let parent = recordParents[candidate.name] { recordUsers[parent, default: 1] -= 1 }
            return recordLayers[candidate.name].map { release($0) } ?? 0
        case .baseLayers:
            guard let layer = LayerID(rawValue: candidate.name) else { return 0 }
            return release(layer)
        case .pulledImages:
            removal.tags.append(candidate.name)
            return (tagBlobs[candidate.name] ?? []).reduce(0) { $0 + release($1) }
        case .blobs:
            guard let digest = try? Digest(parsing: candidate.name) else { return 0 }
            removal.blobs.append(digest)
            return blobs[digest] ?? 0
        case .cacheMounts:
            removal.cacheMounts.append(candidate.name)
            return candidate.item.bytes
        case .buildRecords:
            if let number = Int64(candidate.name) { removal.buildRecords.append(number) }
            return candidate.item.bytes
        case .fileDigests, .readings, .downloads:
            removal.files.append(candidate.name)
            return candidate.item.bytes
        }
    }

    private mutating func release(_ layer: LayerID) -> Int64 {
        guard let users = layerUsers[layer] else { return 0 }
        layerUsers[layer] = users - 1
        return users == 1 ? removeLayer(layer) : 0
    }

    private mutating func removeLayer(_ layer: LayerID) -> Int64 {
        guard let info = layers.removeValue(forKey: layer) else { return 0 }
        removal.layers.append(layer)
        return (exports[layer] ?? []).reduce(info.size.bytes) { $0 + release($1) }
    }

    private mutating func release(_ digest: Digest) -> Int64 {
        guard let users = blobUsers[digest] else { return 0 }
        blobUsers[digest] = users - 1
        guard users == 1, let bytes = blobs[digest] else { return 0 }
        removal.blobs.append(digest)
        return bytes
    }

    // MARK: Reading

    private mutating func readBlobs() throws(StoreError) {
        var reader = ManifestReader(store: store)
        var pinned: Set<Digest> = []
        for case .blob(let digest) in leases { pinned.insert(digest) }
        for image in try store.listImages() { pinned.formUnion(reader.closure(of: image.descriptor)) }
        self.pinned = Set(pinned.map(\.description))
        let files = try store.allBlobs().filter { !pinned.contains($0.digest) }
        for file in files { blobs[file.digest] = file.bytes }
        for export in try store.allExports() {
            guard let layer = LayerID(rawValue: export.layer), blobs[export.digest] != nil else { continue }
            exports[layer, default: []].append(export.digest)
            blobUsers[export.digest, default: 0] += 1
        }
        for tag in try store.allTags() {
            let closure = reader.closure(of: tag.descriptor).filter { blobs[$0] != nil }
            tagBlobs[tag.reference] = closure
            for digest in closure { blobUsers[digest, default: 0] += 1 }
            add(.pulledImages, tag.reference, name: tag.reference, lastUsed: tag.lastUsed)
        }
        for file in files {
            total += file.bytes
            guard blobUsers[file.digest] == nil else { continue }
            let name = file.digest.description
            add(.blobs, name, name: name, lastUsed: file.modified, bytes: file.bytes, isGarbage: true)
        }
    }

    private mutating func readLayers() throws(StoreError) {
        for info in try store.allLayers() {
            layers[info.id] = info
            total += info.size.bytes
            guard let diffID = info.diffID else { continue }
            layerUsers[info.id] = 1
            if leases.contains(.layer(info.id)) { continue }
            add(.baseLayers, diffID.description, name: info.id.rawValue, lastUsed: info.lastUsed)
        }
    }

    private mutating func readRecords() throws(StoreError) {
        let rows = try store.catalog.read { db in
            try Row.fetchAll(db, sql: "SELECT key, parent, layer, instruction, last_used FROM records")
        }
        var records: [String: Record] = [:]
        for row in rows {
            let layer = (row[2] as String?).flatMap(LayerID.init(rawValue:))
            if let layer { layerUsers[layer, default: 0] += 1 }
            records[row[0]] = Record(
                key: row[0], parent: row[1], layer: layer, instruction: row[3], lastUsed: row[4],
                isPinned: layer.map { leases.contains(.layer($0)) } ?? false)
            recordLayers[row[0]] = layer
        }
        for record in records.values { inherit(from: record, &records) }
        for record in records.values where !record.isPinned {
            let item = PruneItem(
                kind: .steps, name: record.key, detail: record.instruction, lastUsed: record.lastUsed, bytes: 0)
            candidates.append(Candidate(item: item, name: record.key, depth: record.depth))
        }
        for (id, info) in layers where layerUsers[id] == nil && !leases.contains(.layer(id)) {
            add(.steps, id.rawValue, name: id.rawValue, lastUsed: info.lastUsed, isGarbage: true)
        }
    }

    /// A record is as recently used, and as much needed, as the records that build on it.
    private mutating func inherit(from record: Record, _ records: inout [String: Record]) {
        if let parent = record.parent, records[parent] != nil {
            recordParents[record.key] = parent
            recordUsers[parent, default: 0] += 1
        }
        var depth = 0
        var next = record.parent
        // Keys are digests over their parents' keys, so there is no cycle; the count guards against a damaged database.
        while let parent = next, var above = records[parent], depth < 10_000 {
            depth += 1
            above.lastUsed = max(above.lastUsed, record.lastUsed)
            above.isPinned = above.isPinned || record.isPinned
            records[parent] = above
            next = above.parent
        }
        records[record.key]?.depth = depth
    }

    private mutating func readCacheMounts() throws(StoreError) {
        for mount in try store.listCacheMounts() {
            total += mount.size.bytes
            if mount.inUse { continue }
            add(.cacheMounts, mount.id, name: mount.name, lastUsed: mount.lastUsed, bytes: mount.size.bytes)
        }
    }

    private mutating func readFiles() throws(StoreError) {
        let layout = store.layout
        let places = [(PruneKind.fileDigests, layout.statCache), (.downloads, layout.ingest)]
        for (kind, directory) in places + layout.readings.map({ (.readings, $0) }) {
            for name in try entries(of: directory) {
                guard let status = status(of: directory + "/" + name) else { continue }
                total += Int64(status.st_size)
                add(
                    kind, name, name: directory + "/" + name, lastUsed: Int64(status.st_mtim.tv_sec),
                    bytes: Int64(status.st_size))
            }
        }
    }

    private mutating func readBuildRecords() throws(StoreError) {
        let rows = try store.catalog.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, digest, length(build_records.record), updated, group_concat(subject, ' ') FROM build_records
                    LEFT JOIN build_subjects ON build_subjects.record = build_records.id GROUP BY id
                    """)
        }
        for row in rows {
            let subjects = (row[4] as String? ?? "").split(separator: " ")
            // A named image's configuration and manifest are pinned.
            if subjects.contains(where: { pinned.contains(String($0)) }) { continue }
            let bytes: Int64 = row[2]
            total += bytes
            add(.buildRecords, row[1], name: String(row[0] as Int64), lastUsed: row[3], bytes: bytes)
        }
    }

    private mutating func add(
        _ kind: PruneKind, _ title: String, name: String, lastUsed: Int64, bytes: Int64 = 0, isGarbage: Bool = false
    ) {
        let item = PruneItem(kind: kind, name: title, detail: "", lastUsed: lastUsed, bytes: bytes)
        candidates.append(Candidate(item: item, name: name, isGarbage: isGarbage))
    }
}
