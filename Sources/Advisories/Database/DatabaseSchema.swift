import GRDB

/// The tables of the advisory database.
enum DatabaseSchema {
    /// Another number is another form.
    static let version = 1

    static let statements = """
        CREATE TABLE record (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, advisory TEXT NOT NULL, source TEXT NOT NULL,
            licence TEXT NOT NULL, aliases TEXT NOT NULL, upstream TEXT NOT NULL, summary TEXT, details TEXT,
            modified TEXT NOT NULL, informational INTEGER NOT NULL, label TEXT, label_source TEXT, vectors TEXT NOT NULL,
            score REAL, url TEXT);
        CREATE TABLE ecosystem (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, as_of TEXT NOT NULL);
        CREATE TABLE affected (
            record INTEGER NOT NULL, ecosystem INTEGER NOT NULL, name TEXT NOT NULL, statement TEXT NOT NULL);
        CREATE INDEX affected_by_name ON affected (name, ecosystem);
        CREATE INDEX affected_by_record ON affected (record);
        CREATE TABLE exploited (cve TEXT PRIMARY KEY, added TEXT, due TEXT, ransomware INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE probability (cve TEXT PRIMARY KEY, score REAL NOT NULL, percentile REAL NOT NULL) WITHOUT ROWID;
        CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE feed (name TEXT PRIMARY KEY, url TEXT, etag TEXT, last_modified TEXT, fetched TEXT NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE member (feed TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (feed, record)) WITHOUT ROWID;
        PRAGMA user_version = \(version);
        """
}

extension AdvisoriesError {
    /// The case that fits an error of SQLite.
    init(database error: any Error, path: String) {
        switch error {
        case let error as AdvisoriesError: self = error
        case let error as DatabaseError:
            self = .damagedDatabase(path: path, reason: error.message ?? "error \(error.resultCode.rawValue)")
        default: self = .damagedDatabase(path: path, reason: "\(error)")
        }
    }
}
