import OCI

/// Files of the same content that the image shows under different names, hard links apart.
public struct Duplicates: Sendable {
    /// Files of one content.
    public struct Group: Sendable {
        /// The length of the content.
        public let size: Int64
        /// The bytes that all but one take up.
        public let extra: Int64
        /// The files, positions in ``Ledger/versions``, in the order of the layers.
        public let versions: [Int]
    }

    /// The groups, the one with most to gain first.
    public let groups: [Group]

    /// The duplicates of a ledger.
    public init(_ ledger: Ledger) { self.init(ledger, besides: nil) }

    init(_ ledger: Ledger, besides caches: CacheMarks?) {
        // Smaller files take up a block whatever they hold; a link would cost as much.
        let numbers = ledger.versions.indices.filter {
            let version = ledger.versions[$0]
            return version.kind == .file && version.state == .live && version.size > 512
                && caches?.place(of: version) == nil
        }
        let sorted = numbers.sorted {
            let (left, right) = (ledger.versions[$0], ledger.versions[$1])
            return (left.digest.high, left.digest.low, left.size, $0)
                < (right.digest.high, right.digest.low, right.size, $1)
        }
        var groups: [Group] = []
        var start = 0
        for index in 1...max(1, sorted.count) {
            if index < sorted.count {
                let (first, next) = (ledger.versions[sorted[start]], ledger.versions[sorted[index]])
                if first.digest == next.digest, first.size == next.size { continue }
            }
            let members = Array(sorted[min(start, sorted.count)..<min(index, sorted.count)])
            if members.count > 1 {
                groups.append(
                    Group(
                        size: ledger.versions[members[0]].size,
                        extra: members.dropFirst().reduce(0) { $0 + ledger.versions[$1].stored }, versions: members))
            }
            start = index
        }
        self.groups = groups.sorted { ($1.extra, $0.versions[0]) < ($0.extra, $1.versions[0]) }
    }

    /// One for each layer that has copies. A link in place of a copy still takes up its header.
    func suggestions(_ ledger: Ledger) -> [Suggestion] {
        var byLayer: [Int32: (saves: Int64, files: Int, largest: Largest)] = [:]
        for group in groups {
            for number in group.versions.dropFirst() {
                let version = ledger.versions[number]
                // What a package brings is its package manager's.
                guard ledger.isEditable(version.layer), version.package < 0 else { continue }
                var found = byLayer[version.layer] ?? (0, 0, Largest())
                found.saves += version.stored - 512
                found.files += 1
                found.largest.add(version.stored, number)
                byLayer[version.layer] = found
            }
        }
        return byLayer.map { layer, found in
            Suggestion(
                kind: .duplicates, saves: found.saves, layer: Int(layer), otherLayer: nil, files: found.files,
                paths: found.largest.paths(ledger), cache: nil)
        }
    }
}
