import OCI

/// A file that two images do not have in the same form.
public struct FileChange: Sendable {
    /// What became of a file.
    public enum Kind: String, Sendable {
        /// Only the second image has it.
        case added
        /// Only the first image has it.
        case removed
        /// Both have it.
        case changed
    }

    /// What about a file differs.
    public enum Aspect: String, Sendable, CaseIterable {
        /// What kind of file it is.
        case type
        /// What is in it, or where it leads.
        case content
        /// Its permissions.
        case mode
        /// Its owner or group.
        case owner
    }

    /// Where it is.
    public let path: PathBytes
    /// What became of it.
    public let kind: Kind
    /// What is not the same, if both images have it.
    public let aspects: [Aspect]
    /// The length of its content in the first image.
    public let sizeBefore: Int64?
    /// The length of its content in the second image.
    public let sizeAfter: Int64?

    /// By how much the second image's file is longer.
    public var growth: Int64 { (sizeAfter ?? 0) - (sizeBefore ?? 0) }

    /// What differs, by path. Times do not count, and directories only where one image lacks them.
    static func changes(from before: Ledger, to after: Ledger) -> [FileChange] {
        let (left, right) = (shown(before), shown(after))
        var changes: [FileChange] = []
        var (first, second) = (0, 0)
        while first < left.count || second < right.count {
            let order = order(
                first < left.count ? left[first].path : nil, second < right.count ? right[second].path : nil)
            if order < 0 {
                changes.append(single(left[first], .removed, before))
                first += 1
            } else if order > 0 {
                changes.append(single(right[second], .added, after))
                second += 1
            } else {
                let (old, new) = (before.facts(left[first].version), after.facts(right[second].version))
                let aspects = aspects(old, new)
                if !aspects.isEmpty {
                    changes.append(
                        FileChange(
                            path: left[first].path, kind: .changed, aspects: aspects, sizeBefore: old.size,
                            sizeAfter: new.size))
                }
                first += 1
                second += 1
            }
        }
        return changes
    }

    private static func single(
        _ file: (path: PathBytes, version: Int), _ kind: Kind, _ ledger: Ledger
    ) -> FileChange {
        let size = ledger.facts(file.version).size
        return FileChange(
            path: file.path, kind: kind, aspects: [], sizeBefore: kind == .removed ? size : nil,
            sizeAfter: kind == .added ? size : nil)
    }

    private static func shown(_ ledger: Ledger) -> [(path: PathBytes, version: Int)] {
        ledger.versions.indices.filter { ledger.versions[$0].state == .live && ledger.versions[$0].node != 0 }
            .map { (ledger.path(of: ledger.versions[$0]), $0) }
            .sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// Which of two paths comes first; one that is missing comes last.
    private static func order(_ left: PathBytes?, _ right: PathBytes?) -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
    }

    private static func aspects(_ old: Ledger.Facts, _ new: Ledger.Facts) -> [Aspect] {
        var aspects: [Aspect] = []
        if old.kind != new.kind { aspects.append(.type) }
        if old.kind == new.kind, old.digest != new.digest || old.size != new.size || old.target != new.target {
            aspects.append(.content)
        }
        // The permissions of a symbolic link mean nothing.
        if old.mode != new.mode, new.kind != .symlink { aspects.append(.mode) }
        if old.uid != new.uid || old.gid != new.gid { aspects.append(.owner) }
        return aspects
    }
}

extension Ledger {
    /// What is shown at a path: a hard link is the file that it is another name of.
    struct Facts {
        var kind: TarEntry.Kind
        var mode: UInt16
        var uid: UInt32
        var gid: UInt32
        var size: Int64
        var digest: ContentDigest
        var target: PathBytes
    }

    func facts(_ number: Int) -> Facts {
        var version = versions[number]
        if version.kind == .hardlink, version.content >= 0 { version = versions[Int(version.content)] }
        return Facts(
            kind: version.kind, mode: version.mode, uid: version.uid, gid: version.gid, size: version.size,
            digest: version.digest, target: version.kind == .symlink ? target(of: version) : [])
    }
}
