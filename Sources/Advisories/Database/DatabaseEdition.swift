import GRDB
import Glibc
import OCI

/// A new edition of the database, made from the present one and put in its place when it is complete.
///
/// One at a time: others wait for the lock.
public final class DatabaseEdition: ImportSink {
    private let location: DatabaseLocation
    private let temporary: String
    private let lock: Int32
    private var queue: DatabaseQueue?
    private var isOpen = true
    /// The records that came in, not counting those that an equal or newer one was there for.
    public private(set) var recordCount = 0
    /// Entries of the catalogue of known exploited vulnerabilities that came in.
    public private(set) var exploitedCount = 0
    /// Estimates of exploitation that came in.
    public private(set) var probabilityCount = 0

    private var advisories: [Advisory] = []
    private var exploited: [KnownExploited] = []
    private var probabilities: [ExploitProbability] = []
    /// As new as its newest record that has a date. Where none has, the dates are those of the files that were imported.
    private var ecosystems: [String: (id: Int64, asOf: String, isDated: Bool)] = [:]
    private var failure: AdvisoriesError?
    /// For records that are not dated.
    var defaultDate = ""
    private var documentDate: String?
    /// Where records come from when a whole export is taken in.
    private var feed: String?

    /// Starts a new edition.
    ///
    /// - Throws: ``AdvisoriesError`` when the directory cannot be written, or what is there is no such database.
    public init(_ location: DatabaseLocation) throws(AdvisoriesError) {
        self.location = location
        try location.create()
        temporary = location.directory + "/.advisories.\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
        lock = open(location.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw .system(operation: "create", path: location.lock, errno: errno) }
        guard flock(lock, LOCK_EX) == 0 else { throw .system(operation: "lock", path: location.lock, errno: errno) }
        if location.exists {
            // An unusable database is not replaced without being asked for.
            _ = try AdvisoryDatabase(location)
            try Self.copy(location.file, to: temporary)
        }
        queue = try Self.openQueue(temporary)
        try access { db in
            try db.execute(sql: "BEGIN")
            if try Int.fetchOne(db, sql: "PRAGMA user_version") == 0 { try db.execute(sql: DatabaseSchema.statements) }
            let facts = Set(try String.fetchAll(db, sql: "SELECT name FROM fact"))
            for row in try Row.fetchAll(db, sql: "SELECT id, name, as_of FROM ecosystem") {
                let name: String = row[1]
                ecosystems[name] = (row[0], row[2], facts.contains(Self.datedFact(name)))
            }
        }
    }

    deinit {
        try? queue?.close()
        if isOpen { unlink(temporary) }
        close(lock)
    }

    /// Puts the edition in the place of the former.
    public func commit() throws(AdvisoriesError) {
        try flush()
        try access { db in
            for (name, state) in ecosystems {
                try db.execute(sql: "UPDATE ecosystem SET as_of = ? WHERE id = ?", arguments: [state.asOf, state.id])
                if state.isDated { try Self.note(fact: Self.datedFact(name), state.asOf, db) }
            }
            try db.execute(sql: "COMMIT")
            try db.execute(sql: "PRAGMA optimize")
        }
        do { try queue?.close() } catch { throw AdvisoriesError(database: error, path: temporary) }
        queue = nil
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: temporary, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(operation: "write", path: location.file, errno: errno) }
        guard rename(temporary, location.file) == 0 else {
            throw .system(operation: "create", path: location.file, errno: errno)
        }
        isOpen = false
    }

    // MARK: - What comes in

    func add(_ advisory: Advisory) {
        advisories.append(advisory)
        if advisories.count >= 2_000 { keepFlushing() }
    }

    func add(_ exploited: KnownExploited) { self.exploited.append(exploited) }

    func add(_ probability: ExploitProbability) {
        probabilities.append(probability)
        if probabilities.count >= 20_000 { keepFlushing() }
    }

    func note(documentDate: String) { self.documentDate = documentDate }

    private func keepFlushing() {
        guard failure == nil else { return }
        do { try flush() } catch { failure = error }
    }

    /// Writes what came in to the database.
    func flush() throws(AdvisoriesError) {
        if let failure { throw failure }
        defer {
            advisories = []
            exploited = []
            probabilities = []
            documentDate = nil
        }
        guard !advisories.isEmpty || !exploited.isEmpty || !probabilities.isEmpty else { return }
        try access { db in
            for advisory in advisories { try write(advisory, db) }
            let date = documentDate.flatMap(Self.past) ?? defaultDate
            if !exploited.isEmpty {
                try db.execute(sql: "DELETE FROM exploited")
                try Self.note(fact: "exploited", date, db)
            }
            for entry in exploited {
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO exploited VALUES (?, ?, ?, ?)")
                    .execute(arguments: [entry.cve, entry.added, entry.due, entry.isUsedByRansomware])
            }
            if !probabilities.isEmpty { try Self.note(fact: "probability", date, db) }
            for entry in probabilities {
                try db.cachedStatement(sql: "INSERT OR REPLACE INTO probability VALUES (?, ?, ?)")
                    .execute(arguments: [entry.cve, entry.score, entry.percentile])
            }
        }
        exploitedCount += exploited.count
        probabilityCount += probabilities.count
    }

    /// A stated date; nil for what is none. One that has not come yet is now: neither must data look new for ever, nor may a
    /// record never be replaced.
    private static func past(_ date: String) -> String? {
        Timestamp.seconds(date: date).map { Timestamp.text(min($0, Timestamp.now())) }
    }

    private static func note(fact: String, _ value: String, _ db: Database) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO fact VALUES (?, ?)", arguments: [fact, value])
    }

    private func write(_ advisory: Advisory, _ db: Database) throws {
        guard !advisory.id.isEmpty else { return }
        let stated = advisory.modified.flatMap(Self.past)
        let modified = stated ?? defaultDate
        let found = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, modified FROM record WHERE key = ?"), arguments: [advisory.key])
        var record: Int64?
        if let found {
            let id: Int64 = found[0]
            let former: String = found[1]
            if former > modified {
                try join(id, db)
                return
            }
            record = id
            try db.cachedStatement(sql: "DELETE FROM affected WHERE record = ?").execute(arguments: [id])
        }
        if advisory.isWithdrawn || advisory.affected.isEmpty {
            if let record {
                try db.cachedStatement(sql: "DELETE FROM record WHERE id = ?").execute(arguments: [record])
                try db.cachedStatement(sql: "DELETE FROM member WHERE record = ?").execute(arguments: [record])
            }
            return
        }
        let source = advisory.key.hasPrefix("secdb/") ? "Alpine secdb" : Self.sourceName(of: advisory)
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            record, advisory.key, advisory.id, source, advisory.licence ?? AdvisorySource.of(id: advisory.id).licence,
            advisory.aliases.joined(separator: " "), advisory.upstream.joined(separator: " "), advisory.summary,
            advisory.details, modified, advisory.isInformational, advisory.label?.severity.rawValue,
            advisory.label?.source, advisory.vectors.joined(separator: " "), advisory.score, advisory.url,
        ])
        let id = record ?? db.lastInsertedRowID
        for affected in advisory.affected {
            let ecosystem = try ecosystem(affected.ecosystem, asOf: modified, isDated: stated != nil, db)
            try db.cachedStatement(sql: "INSERT INTO affected VALUES (?, ?, ?, ?)")
                .execute(arguments: [id, ecosystem, affected.name, affected.text])
        }
        try join(id, db)
        recordCount += 1
    }

    private static func sourceName(of advisory: Advisory) -> String {
        let parts = advisory.key.split(separator: "/", maxSplits: 1)
        switch parts.first {
        case "debian-tracker" where parts.count == 2: return "Debian security tracker"
        case "list" where parts.count == 2: return "advisory lists"
        default: return AdvisorySource.of(id: advisory.id).name
        }
    }

    /// The ecosystem's number. What has no date says nothing about data that has one.
    private func ecosystem(_ name: String, asOf date: String, isDated: Bool, _ db: Database) throws -> Int64 {
        if let known = ecosystems[name] {
            if isDated && !known.isDated || isDated == known.isDated && known.asOf < date {
                ecosystems[name] = (known.id, date, isDated)
            }
            return known.id
        }
        try db.execute(sql: "INSERT INTO ecosystem (name, as_of) VALUES (?, ?)", arguments: [name, date])
        let id = db.lastInsertedRowID
        ecosystems[name] = (id, date, isDated)
        return id
    }

    private static func datedFact(_ ecosystem: String) -> String { "dated/" + ecosystem }

    // MARK: - Whole exports

    /// What is known of a feed's last download.
    public struct FeedState: Hashable, Sendable {
        /// Where it came from.
        public var url: String?
        /// The server's mark.
        public var etag: String?
        /// The server's date.
        public var lastModified: String?
        /// When it was last asked for, as RFC 3339.
        public var fetched: String

        /// A state.
        public init(url: String?, etag: String?, lastModified: String?, fetched: String) {
            self.url = url
            self.etag = etag
            self.lastModified = lastModified
            self.fetched = fetched
        }
    }

    /// What is known of a feed; nil when it was never fetched.
    public func state(ofFeed name: String) throws(AdvisoriesError) -> FeedState? {
        try access { db in
            try Row.fetchOne(
                db, sql: "SELECT url, etag, last_modified, fetched FROM feed WHERE name = ?", arguments: [name]
            ).map { FeedState(url: $0[0], etag: $0[1], lastModified: $0[2], fetched: $0[3]) }
        }
    }

    /// Takes in a whole export: records of the feed that it does not have any more go.
    public func replaceFeed(
        _ name: String, state: FeedState, from path: String
    ) throws(AdvisoriesError) {
        try flush()
        let former = try access { db in
            let ids = try Int64.fetchAll(db, sql: "SELECT record FROM member WHERE feed = ?", arguments: [name])
            try db.execute(sql: "DELETE FROM member WHERE feed = ?", arguments: [name])
            return ids
        }
        feed = name
        defer { feed = nil }
        var reader = AdvisoryImport(edition: self)
        try reader.add(path: path)
        try flush()
        try access { db in
            for id in former {
                let remains = try Bool.fetchOne(
                    db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM member WHERE record = ?)"), arguments: [id])
                guard remains != true else { continue }
                try db.cachedStatement(sql: "DELETE FROM record WHERE id = ?").execute(arguments: [id])
                try db.cachedStatement(sql: "DELETE FROM affected WHERE record = ?").execute(arguments: [id])
            }
        }
        try confirmFeed(name, state: state)
    }

    /// Notes that a feed was asked for and is as it was, so that its data is as new as that.
    public func confirmFeed(_ name: String, state: FeedState) throws(AdvisoriesError) {
        let affectedNames = try access { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?)",
                arguments: [name, state.url, state.etag, state.lastModified, state.fetched])
            return try String.fetchAll(db, sql: "SELECT name FROM ecosystem")
        }
        for ecosystem in affectedNames where ecosystem == name || Ecosystem(ecosystem).name == name {
            if let known = ecosystems[ecosystem], known.asOf < state.fetched {
                ecosystems[ecosystem] = (known.id, state.fetched, true)
            }
        }
    }

    private func join(_ record: Int64, _ db: Database) throws {
        guard let feed else { return }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO member VALUES (?, ?)").execute(arguments: [feed, record])
    }

    // MARK: - The file

    private func access<T>(_ body: (Database) throws -> T) throws(AdvisoriesError) -> T {
        guard let queue else { throw .damagedDatabase(path: temporary, reason: "it is closed") }
        do {
            return try queue.inDatabase(body)
        } catch {
            throw AdvisoriesError(database: error, path: location.file)
        }
    }

    private static func openQueue(_ path: String) throws(AdvisoriesError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "advisories"
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            // A file that fails half-way is thrown away: it needs no journal.
            try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF")
        }
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw AdvisoriesError(database: error, path: path)
        }
    }

    private static func copy(_ source: String, to target: String) throws(AdvisoriesError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw .system(operation: "open", path: source, errno: errno) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw .system(operation: "create", path: target, errno: errno) }
        defer { close(output) }
        while true {
            let count = sendfile(output, input, nil, 1 << 30)
            if count == 0 { return }
            if count < 0 {
                let code = errno
                unlink(target)
                throw .system(operation: "copy", path: source, errno: code)
            }
        }
    }
}
