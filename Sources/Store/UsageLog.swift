import GRDB
import OCI
import Synchronization

/// What was used, to be written to the database in one transaction at the end rather than by each lookup.
final class UsageLog: Sendable {
    struct Used: Sendable {
        var records: Set<String> = []
        var layers: Set<String> = []
        var tags: Set<String> = []

        var isEmpty: Bool { records.isEmpty && layers.isEmpty && tags.isEmpty }
    }

    /// Last uses closer together than this many seconds are not told apart, so that most runs write nothing.
    static let resolution: Int64 = 3600

    private let used = Mutex(Used())

    func record(_ key: Digest, lastUsed: Int64) {
        if UsageLog.isOld(lastUsed) { used.withLock { _ = $0.records.insert(key.description) } }
    }

    func layer(_ id: LayerID, lastUsed: Int64) {
        if UsageLog.isOld(lastUsed) { used.withLock { _ = $0.layers.insert(id.rawValue) } }
    }

    func tag(_ reference: String, lastUsed: Int64) {
        if UsageLog.isOld(lastUsed) { used.withLock { _ = $0.tags.insert(reference) } }
    }

    /// What was noted since the last call.
    func take() -> Used {
        used.withLock { used in
            defer { used = Used() }
            return used
        }
    }

    private static func isOld(_ lastUsed: Int64) -> Bool {
        let now = Timestamp.now()
        return lastUsed < now - resolution || lastUsed > now
    }
}

extension Store {
    /// Writes the last uses noted so far. Nothing is written when all of them are recent.
    public func flushUsage() throws(StoreError) {
        let used = usage.take()
        guard !used.isEmpty else { return }
        let now = Timestamp.now()
        try catalog.write { db in
            for (table, column, names) in [
                ("records", "key", used.records), ("layers", "id", used.layers), ("tags", "reference", used.tags),
            ] {
                let statement = try db.cachedStatement(sql: "UPDATE \(table) SET last_used = ? WHERE \(column) = ?")
                for name in names { try statement.execute(arguments: [now, name]) }
            }
        }
    }
}
