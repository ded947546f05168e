/// Files that a later step deleted or wrote anew: done in the step that makes them, they cost nothing.
enum EndedLater {
    private struct Pair: Hashable {
        var made: Int32
        var ended: Int32
        var kind: Suggestion.Kind
    }

    static func suggestions(_ ledger: Ledger) -> [Suggestion] {
        let repeated = repeatedVersions(ledger)
        var groups: [Pair: (saves: Int64, files: Int, largest: Largest)] = [:]
        // Members of a layer that only delete what one other layer made.
        var deletions: [Int32: (made: Int32, isPure: Bool)] = [:]
        for (number, version) in ledger.versions.enumerated() {
            note(version, ledger, &deletions)
            let waste = ledger.waste(of: version)
            guard waste > 0, version.endedBy > version.layer, ledger.isEditable(version.layer) else { continue }
            if version.state == .replaced, repeated.contains(Int32(number)) { continue }
            let pair = Pair(
                made: version.layer, ended: version.endedBy,
                kind: version.state == .deleted ? .deletedLater : .rewrittenLater)
            var group = groups[pair] ?? (0, 0, Largest())
            group.saves += waste
            if version.kind != .directory {
                group.files += 1
                group.largest.add(waste, number)
            }
            groups[pair] = group
        }
        for version in ledger.versions where version.state == .whiteout && version.hides >= 0 {
            let pair = Pair(made: ledger.versions[Int(version.hides)].layer, ended: version.layer, kind: .deletedLater)
            if deletions[version.layer]?.isPure != true { groups[pair]?.saves += version.stored }
        }
        return groups.map { pair, group in
            var saves = group.saves
            // A layer that does nothing else goes altogether.
            if pair.kind == .deletedLater, let deletion = deletions[pair.ended], deletion.isPure,
                deletion.made == pair.made
            {
                saves += ledger.layers[Int(pair.ended)].size
            }
            return Suggestion(
                kind: pair.kind, saves: saves, layer: Int(pair.made), otherLayer: Int(pair.ended), files: group.files,
                paths: group.largest.paths(ledger), cache: nil)
        }
    }

    private static func note(
        _ version: FileVersion, _ ledger: Ledger, _ deletions: inout [Int32: (made: Int32, isPure: Bool)]
    ) {
        guard version.kind != .directory else { return }
        let made = version.hides >= 0 ? ledger.versions[Int(version.hides)].layer : nil
        if let former = deletions[version.layer] {
            deletions[version.layer]?.isPure = former.isPure && former.made == made
        } else {
            deletions[version.layer] = (made ?? -1, made != nil)
        }
    }

    /// What was replaced by its like, which is another suggestion's.
    private static func repeatedVersions(_ ledger: Ledger) -> Set<Int32> {
        var numbers: Set<Int32> = []
        for version in ledger.versions where version.repeats >= 0 && ledger.isEditable(version.layer) {
            if version.state == .live { numbers.insert(version.repeats) }
        }
        return numbers
    }
}
