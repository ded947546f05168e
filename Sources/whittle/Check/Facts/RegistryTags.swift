import Builder
import Checks
import OCI
import Registry
import Synchronization

/// Tags and digests as the registry has them now.
final class RegistryTags: TagResolver {
    /// Tags that are held against the one in question; more exact ones first.
    private static let maximumCandidates = 24

    private let registry: RegistryAccess
    private let digests = Mutex<[String: String?]>([:])

    init(registry: RegistryAccess) { self.registry = registry }

    func digest(of reference: String) -> String? {
        if let known = digests.withLock({ $0[reference] }) { return known }
        let registry = registry
        let digest = BlockingAnswer.wait { () -> String? in
            let name = try Reference(parsing: reference).withDefaultTag
            return try await registry.client().head(name)?.digest.description
        }
        digests.withLock { $0[reference] = .some(digest) }
        return digest
    }

    func pinnedTag(for reference: String) -> String? {
        guard let name = try? Reference(parsing: reference).withDefaultTag, let wanted = digest(of: reference) else {
            return nil
        }
        let registry = registry
        let tags = BlockingAnswer.wait { try await registry.client().tags(of: name.repository) } ?? []
        for tag in TagOrder.candidates(tags, for: name.tag ?? "latest").prefix(Self.maximumCandidates) {
            guard let candidate = try? name.withTag(tag) else { continue }
            if digest(of: candidate.description) == wanted { return tag }
        }
        return nil
    }
}

/// Which of a repository's tags may be a more exact name for another.
enum TagOrder {
    /// Tags with numbers, the most exact and newest first, those of the same variant in front: for `slim`,
    /// `3.12.4-slim-bookworm` before `3.12-slim`.
    static func candidates(_ tags: [String], for tag: String) -> [String] {
        let words = Set(tag.split(separator: "-").filter { $0.first?.isLetter == true && $0 != "latest" })
        return tags.compactMap { candidate -> (tag: String, key: Key)? in
            guard candidate != tag, let key = Key(candidate) else { return nil }
            let own = Set(candidate.split(separator: "-").filter { $0.first?.isLetter == true })
            guard own.isSuperset(of: words) else { return nil }
            return (candidate, key)
        }
        .sorted { $0.key > $1.key }
        .map(\.tag)
    }

    /// What makes a tag exact: numbers of its version, up to three; then how new it is; then the words behind it.
    private struct Key: Comparable {
        let exactness: Int
        let version: [Int]
        let words: Int

        init?(_ tag: String) {
            let parts = tag.split(separator: "-")
            guard let first = parts.first else { return nil }
            let numbers = (first.first == "v" ? first.dropFirst() : first).split(separator: ".").map { Int($0) }
            let version = numbers.compactMap { $0 }
            // Release candidates and the like are not what a moving tag names.
            guard !version.isEmpty, version.count == numbers.count else { return nil }
            self.version = version
            exactness = min(version.count, 3)
            words = parts.count
        }

        static func < (left: Key, right: Key) -> Bool {
            if left.exactness != right.exactness { return left.exactness < right.exactness }
            if left.version != right.version { return left.version.lexicographicallyPrecedes(right.version) }
            return left.words < right.words
        }
    }
}
