import GRDB
import OCI

/// What a reference meant when a registry was asked.
public struct ResolvedTag: Hashable, Sendable {
    /// The full reference that was asked for.
    public var reference: Reference
    /// The manifest or index it stood for.
    public var descriptor: Descriptor
    /// The registry or mirror that answered.
    public var source: String
    /// When, in seconds since 1970.
    public var resolved: Int64

    /// A resolved tag, as of now unless another time is given.
    public init(reference: Reference, descriptor: Descriptor, source: String, resolved: Int64? = nil) {
        self.reference = reference
        self.descriptor = descriptor
        self.source = source
        self.resolved = resolved ?? Timestamp.now()
    }
}

extension Store {
    /// What the reference meant when a registry was last asked; nil when none was. The manifest's blob may be missing.
    public func resolvedTag(_ reference: Reference) throws(StoreError) -> ResolvedTag? {
        let name = reference.withDefaultTag.description
        let row = try catalog.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT descriptor, source, resolved, last_used FROM tags WHERE reference = ?")
            return try Row.fetchOne(statement, arguments: [name])
        }
        guard let row else { return nil }
        usage.tag(name, lastUsed: row[3])
        let descriptor = try StoredJSON.descriptor(row[0], path: catalog.path)
        return ResolvedTag(reference: reference, descriptor: descriptor, source: row[1], resolved: row[2])
    }

    /// Remembers what a reference means. The manifest and what it refers to are kept as long as the tag is remembered.
    public func recordResolvedTag(_ tag: ResolvedTag) throws(StoreError) {
        let text = try StoredJSON.text(tag.descriptor, path: catalog.path)
        try catalog.write { db in
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO tags (reference, descriptor, source, resolved, last_used)
                    VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                tag.reference.withDefaultTag.description, text, tag.source, tag.resolved, Timestamp.now(),
            ])
        }
    }
}
