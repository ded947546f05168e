/// Files that a step wrote again though their content stayed: only owner, mode or time changed. Done where they are made, it
/// costs nothing.
enum RepeatedContent {
    static func suggestions(_ ledger: Ledger) -> [Suggestion] {
        var groups: [Int32: (saves: Int64, files: Int, largest: Largest, others: Int)] = [:]
        for (number, version) in ledger.versions.enumerated() where ledger.isEditable(version.layer) {
            var group = groups[version.layer] ?? (0, 0, Largest(), 0)
            if isRepetition(version, ledger) {
                group.saves += version.stored
                group.files += 1
                group.largest.add(version.stored, number)
            } else if version.kind != .directory {
                group.others += 1
            }
            groups[version.layer] = group
        }
        for directory in idleDirectories(ledger, in: Set(groups.filter { $0.value.files > 0 }.keys)) {
            groups[directory.layer]?.saves += directory.stored
        }
        return groups.filter { $0.value.files > 0 }.map { layer, group in
            // Without anything else in it, the whole layer goes.
            let saves = group.others == 0 ? ledger.layers[Int(layer)].size : group.saves
            return Suggestion(
                kind: .repeatedContent, saves: saves, layer: Int(layer), otherLayer: nil, files: group.files,
                paths: group.largest.paths(ledger), cache: nil)
        }
    }

    /// Is it a copy of what lies unused in a layer below?
    private static func isRepetition(_ version: FileVersion, _ ledger: Ledger) -> Bool {
        guard version.repeats >= 0, version.state == .live else { return false }
        let former = ledger.versions[Int(version.repeats)]
        return former.layer < version.layer && ledger.waste(of: former) > 0
    }

    /// Directories of those layers that are listed for nothing but repetitions.
    private static func idleDirectories(_ ledger: Ledger, in layers: Set<Int32>) -> [FileVersion] {
        guard !layers.isEmpty else { return [] }
        // The last layer that a node was seen in, and the last in which something of worth was at or below it.
        var seen = [Int32](repeating: -1, count: ledger.tree.count)
        var busy = [Int32](repeating: -1, count: ledger.tree.count)
        var candidates: [FileVersion] = []
        for version in ledger.versions {
            let isAgain = seen[Int(version.node)] >= 0 && seen[Int(version.node)] < version.layer
            seen[Int(version.node)] = max(seen[Int(version.node)], version.layer)
            guard layers.contains(version.layer) else { continue }
            if version.kind == .directory, isAgain {
                candidates.append(version)
            } else if !isRepetition(version, ledger) {
                var node = version.node
                while node >= 0, busy[Int(node)] < version.layer {
                    busy[Int(node)] = version.layer
                    node = ledger.tree.parent(of: node)
                }
            }
        }
        // `busy` keeps the last layer only; for a directory busy in a later layer, its repetition is not counted.
        return candidates.filter { busy[Int($0.node)] < $0.layer }
    }
}
