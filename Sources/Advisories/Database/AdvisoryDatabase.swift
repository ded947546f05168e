import GRDB
import Glibc

/// The advisory database, to look things up. Reading never changes it, and never needs the network.
public final class AdvisoryDatabase: Sendable {
    /// Where it is.
    public let location: DatabaseLocation
    private let queue: DatabaseQueue

    /// Opens a database.
    ///
    /// - Throws: ``AdvisoriesError/noDatabase(path:)``, ``AdvisoriesError/damagedDatabase(path:reason:)``,
    ///   ``AdvisoriesError/otherVersion(path:found:expected:)``.
    public init(_ location: DatabaseLocation) throws(AdvisoriesError) {
        self.location = location
        guard location.exists else { throw .noDatabase(path: location.directory) }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "advisories"
        configuration.prepareDatabase { db in
            // Somebody may have given us the file.
            try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")
        }
        let version: Int
        do {
            queue = try DatabaseQueue(path: location.file, configuration: configuration)
            version = try queue.inDatabase { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        } catch {
            throw AdvisoriesError(database: error, path: location.file)
        }
        guard version == DatabaseSchema.version else {
            throw .otherVersion(path: location.file, found: version, expected: DatabaseSchema.version)
        }
    }

    /// A statement about a package, and the advisory that makes it. Other packages of the advisory are left out.
    public struct Match: Hashable, Sendable {
        /// The advisory.
        public var advisory: Advisory
        /// What it says about the package.
        public var affected: AffectedPackage
        /// Who publishes it.
        public var source: String
    }

    /// Everything about a package.
    public func statements(about name: String, in ecosystem: Ecosystem) throws(AdvisoriesError) -> [Match] {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT affected.statement, record.key, advisory, source, aliases, upstream, summary, details,
                            modified, informational, label, label_source, vectors, score, url, licence
                        FROM affected JOIN ecosystem ON ecosystem.id = affected.ecosystem
                        JOIN record ON record.id = affected.record
                        WHERE affected.name = ? AND ecosystem.name = ? ORDER BY record.key
                        """),
                arguments: [name, ecosystem.key])
            return rows.map { row in
                let affected = AffectedPackage(ecosystem: ecosystem.key, name: name, text: row[0] ?? "")
                return Match(advisory: Self.advisory(row), affected: affected, source: row[3] ?? "")
            }
        }
    }

    private static func advisory(_ row: Row) -> Advisory {
        func words(_ index: Int) -> [String] {
            ((row[index] as String?) ?? "").split(separator: " ").map(String.init)
        }
        var advisory = Advisory(key: row[1] ?? "", id: row[2] ?? "")
        advisory.aliases = words(4)
        advisory.upstream = words(5)
        advisory.summary = row[6]
        advisory.details = row[7]
        advisory.modified = row[8]
        advisory.isInformational = row[9] ?? false
        if let severity = (row[10] as String?).flatMap(Severity.init(rawValue:)) {
            advisory.label = Advisory.SeverityLabel(severity, source: row[11] ?? "")
        }
        advisory.vectors = words(12)
        advisory.score = row[13]
        advisory.url = row[14]
        advisory.licence = row[15]
        return advisory
    }

    /// The catalogue's entry for a CVE; nil when it is not known to be exploited.
    public func exploited(_ cve: String) throws(AdvisoriesError) -> KnownExploited? {
        try read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT cve, added, due, ransomware FROM exploited WHERE cve = ?"),
                arguments: [cve]
            ).map {
                KnownExploited(cve: $0[0], added: $0[1], due: $0[2], isUsedByRansomware: $0[3] ?? false)
            }
        }
    }

    /// How likely a CVE is to be exploited; nil when there is no estimate.
    public func probability(of cve: String) throws(AdvisoriesError) -> ExploitProbability? {
        try read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT cve, score, percentile FROM probability WHERE cve = ?"),
                arguments: [cve]
            ).map { ExploitProbability(cve: $0[0], score: $0[1] ?? 0, percentile: $0[2] ?? 0) }
        }
    }

    /// The newest date of an ecosystem's data, as RFC 3339; nil when there is none of it.
    public func date(of ecosystem: Ecosystem) throws(AdvisoriesError) -> String? {
        try read { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT as_of FROM ecosystem WHERE name = ?"), arguments: [ecosystem.key])
        }
    }

    /// The names of an ecosystem's releases that there is data for.
    public func releases(of name: String) throws(AdvisoriesError) -> [String] {
        try read { db in try String.fetchAll(db, sql: "SELECT name FROM ecosystem ORDER BY name") }
            .filter { Ecosystem($0).name == name }
    }

    func read<T>(_ body: (Database) throws -> T) throws(AdvisoriesError) -> T {
        do {
            return try queue.inDatabase(body)
        } catch {
            throw AdvisoriesError(database: error, path: location.file)
        }
    }
}
