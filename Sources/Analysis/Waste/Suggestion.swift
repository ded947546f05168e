import OCI

/// A change to a Dockerfile that makes the image smaller, and by how much.
public struct Suggestion: Sendable {
    /// What is wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// A step wrote files again that have the content they had: `chown -R`, `chmod -R`, `touch`.
        case repeatedContent = "repeated-content"
        /// A step deleted what an earlier one had made.
        case deletedLater = "deleted-later"
        /// A step wrote files again with other content.
        case rewrittenLater = "rewritten-later"
        /// A package manager's or compiler's cache was left.
        case cache
        /// The image shows files of the same content.
        case duplicates
    }

    /// What is wrong.
    public let kind: Kind
    /// The bytes by which the image's size gets smaller, before compression.
    public let saves: Int64
    /// The layer that brought the bytes, the lowest being 0.
    public let layer: Int
    /// The layer that made them useless, where that is another.
    public let otherLayer: Int?
    /// How many files it is about.
    public let files: Int
    /// The largest of them, or the directory they are in.
    public let paths: [PathBytes]
    /// What is left of whose; nil unless it is a cache.
    public let cache: CachePlace?
}

extension Ledger {
    /// What the Dockerfile could do better, the largest saving first; nothing below a thousandth of the image or 16 KiB.
    ///
    /// Layers of the base image are left out: no edit of the Dockerfile changes them. No byte is counted twice.
    public func suggestions() -> [Suggestion] {
        let caches = CacheMarks(self)
        let all =
            RepeatedContent.suggestions(self) + EndedLater.suggestions(self) + caches.suggestions(self)
            + Duplicates(self, besides: caches).suggestions(self)
        let least = max(16 << 10, size / 1000)
        return all.filter { $0.saves >= least }.sorted {
            ($1.saves, $0.layer, $0.kind.rawValue) < ($0.saves, $1.layer, $1.kind.rawValue)
        }
    }

    /// Can the Dockerfile change the layer?
    func isEditable(_ layer: Int32) -> Bool { layers[Int(layer)].origin.isBase != true }
}

/// The largest of some files.
struct Largest {
    private var items: [(bytes: Int64, version: Int)] = []
    private let limit: Int

    init(_ limit: Int = 3) { self.limit = limit }

    mutating func add(_ bytes: Int64, _ version: Int) {
        if items.count == limit, let last = items.last, last.bytes >= bytes { return }
        let place = items.firstIndex { $0.bytes < bytes } ?? items.count
        items.insert((bytes, version), at: place)
        if items.count > limit { items.removeLast() }
    }

    func paths(_ ledger: Ledger) -> [PathBytes] { items.map { ledger.path(of: ledger.versions[$0.version]) } }
    var versions: [Int] { items.map(\.version) }
}
