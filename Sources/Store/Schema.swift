import GRDB

/// The tables of the database. `PRAGMA user_version` counts the migrations that have run.
enum Schema {
    /// The version this program writes. An older store is migrated, a newer one refused.
    static var version: Int { migrations.count }

    /// Brings the database to ``version``. The caller holds the setup lock.
    static func migrate(_ db: Database, root: String) throws {
        try db.execute(sql: "PRAGMA journal_mode = WAL")
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= version else { throw StoreError.newerVersion(path: root, found: found, supported: version) }
        for (number, statements) in migrations.enumerated().dropFirst(found) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: statements)
                try db.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
    }

    /// One entry per version, never changed once released. Times are seconds since 1970, sizes bytes, digests their text.
    private static let migrations = [
        """
        -- diff_id: of an unpacked image layer; null for the upper directory of a step.
        -- stack: which layers it was unpacked on, if it is right on those only; else empty.
        -- boot: the boot in which it was made, while its files may not have reached the disk; null once they have.
        CREATE TABLE layers (
            id TEXT PRIMARY KEY NOT NULL,
            diff_id TEXT,
            stack TEXT NOT NULL,
            entries INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            created INTEGER NOT NULL,
            last_used INTEGER NOT NULL,
            boot TEXT,
            UNIQUE (diff_id, stack)
        ) WITHOUT ROWID;

        -- The blob made from a layer in some form (compression, time rule).
        CREATE TABLE exports (
            layer TEXT NOT NULL,
            form TEXT NOT NULL,
            digest TEXT NOT NULL,
            size INTEGER NOT NULL,
            media_type TEXT NOT NULL,
            diff_id TEXT NOT NULL,
            uncompressed_size INTEGER NOT NULL,
            detail TEXT,
            PRIMARY KEY (layer, form)
        ) WITHOUT ROWID;
        CREATE INDEX exports_digest ON exports (digest);

        CREATE TABLE images (
            name TEXT PRIMARY KEY NOT NULL,
            digest TEXT NOT NULL,
            size INTEGER NOT NULL,
            media_type TEXT NOT NULL,
            descriptor TEXT NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL
        ) WITHOUT ROWID;

        -- What a reference meant when a registry was last asked.
        CREATE TABLE tags (
            reference TEXT PRIMARY KEY NOT NULL,
            descriptor TEXT NOT NULL,
            source TEXT NOT NULL,
            resolved INTEGER NOT NULL,
            last_used INTEGER NOT NULL
        ) WITHOUT ROWID;

        -- The instruction cache. `parts` comes last: it can be long and is only read to explain a miss.
        CREATE TABLE records (
            id INTEGER PRIMARY KEY,
            key TEXT UNIQUE NOT NULL,
            parent TEXT,
            layer TEXT,
            content TEXT,
            place TEXT,
            instruction TEXT NOT NULL,
            created INTEGER NOT NULL,
            last_used INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            milliseconds INTEGER NOT NULL,
            payload TEXT,
            parts TEXT NOT NULL
        );
        CREATE INDEX records_parent ON records (parent);
        CREATE INDEX records_layer ON records (layer);
        CREATE INDEX records_content ON records (content) WHERE content IS NOT NULL;
        CREATE INDEX records_place ON records (place, created);
        CREATE INDEX records_last_used ON records (last_used);
        """,
        """
        -- Which line made which layer, for each image that was built here, whether it is in the store or not.
        CREATE TABLE build_records (
            id INTEGER PRIMARY KEY,
            digest TEXT UNIQUE NOT NULL,
            record TEXT NOT NULL,
            updated INTEGER NOT NULL
        );

        -- subject: the digest of a manifest, of a configuration, or of a stack of layers.
        CREATE TABLE build_subjects (
            subject TEXT PRIMARY KEY NOT NULL,
            record INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX build_subjects_record ON build_subjects (record);
        """,
    ]
}
