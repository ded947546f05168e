import GRDB

/// What is in an advisory database: counts, dates, sources and their licences.
public struct DatabaseInfo: Hashable, Sendable, Encodable {
    /// An ecosystem.
    public struct EcosystemInfo: Hashable, Sendable, Encodable {
        /// Its name, with the release.
        public var name: String
        /// How many statements there are about its packages.
        public var statements: Int
        /// The newest date of its data.
        public var asOf: String
    }

    /// Whoever publishes advisories.
    public struct SourceInfo: Hashable, Sendable, Encodable {
        /// Who.
        public var name: String
        /// The licence.
        public var licence: String
        /// How many records there are.
        public var records: Int
        /// The newest record's date.
        public var newest: String
    }

    /// A list of facts about CVEs.
    public struct FactInfo: Hashable, Sendable, Encodable {
        /// How many CVEs.
        public var count: Int
        /// The day it speaks for; nil without data.
        public var asOf: String?
    }

    /// The file.
    public var path: String
    /// How many records there are.
    public var records: Int
    /// By ecosystem.
    public var ecosystems: [EcosystemInfo]
    /// By source.
    public var sources: [SourceInfo]
    /// CISA's catalogue.
    public var exploited: FactInfo
    /// FIRST's estimates.
    public var probabilities: FactInfo
}

extension AdvisoryDatabase {
    /// What is in it.
    public func info() throws(AdvisoriesError) -> DatabaseInfo {
        try read { db in
            func facts(_ table: String) throws -> DatabaseInfo.FactInfo {
                DatabaseInfo.FactInfo(
                    count: try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0,
                    asOf: try String.fetchOne(db, sql: "SELECT value FROM fact WHERE name = ?", arguments: [table]))
            }
            return DatabaseInfo(
                path: location.file, records: try Int.fetchOne(db, sql: "SELECT count(*) FROM record") ?? 0,
                ecosystems: try Row.fetchAll(
                    db,
                    sql: """
                        SELECT ecosystem.name, count(*), as_of FROM ecosystem
                        JOIN affected ON affected.ecosystem = ecosystem.id GROUP BY ecosystem.id ORDER BY ecosystem.name
                        """
                ).map { .init(name: $0[0] ?? "", statements: $0[1] ?? 0, asOf: $0[2] ?? "") },
                sources: try Row.fetchAll(
                    db,
                    sql: """
                        SELECT source, licence, count(*), max(modified) FROM record
                        GROUP BY source, licence ORDER BY source, licence
                        """
                ).map { .init(name: $0[0] ?? "", licence: $0[1] ?? "", records: $0[2] ?? 0, newest: $0[3] ?? "") },
                exploited: try facts("exploited"), probabilities: try facts("probability"))
        }
    }
}

extension AdvisoryDatabase {
    /// The exports that were fetched before.
    public func feeds() throws(AdvisoriesError) -> [String] {
        try read { db in
            try String.fetchAll(db, sql: "SELECT name FROM feed WHERE name NOT IN ('kev', 'epss') ORDER BY name")
        }
    }
}
