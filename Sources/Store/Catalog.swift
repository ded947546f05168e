import CLinux
import GRDB

/// The store's database: names, cache records and what is known about layers.
///
/// SQLite in WAL mode with `synchronous = NORMAL`: no transaction waits for the disk, a crash of the program loses nothing,
/// a power cut may lose the last transactions but never mixes them. No transaction is held while waiting for a lock.
final class Catalog: Sendable {
    let path: String
    private let queue: DatabaseQueue

    /// Opens the database; creates or migrates it under the setup lock when that is needed.
    init(layout: StoreLayout) throws(StoreError) {
        path = layout.database
        try Catalog.requireRoom(path)
        if status(of: path) != nil, let opened = try? Catalog.open(path) {
            let version = try Catalog.access(opened, path) { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            if version == Schema.version {
                queue = opened
                return
            }
            guard version < Schema.version else {
                throw .newerVersion(path: layout.root, found: version, supported: Schema.version)
            }
        }
        let lock = try FileLock.acquire(layout.setup, .exclusive)
        defer { lock.release() }
        queue = try Catalog.open(path)
        let root = layout.root
        try Catalog.access(queue, path) { db in try Schema.migrate(db, root: root) }
    }

    /// How long the write-ahead log may become, in pages of 4 KiB: the first to open the database reads it whole.
    private static let logPages = 256

    private static func open(_ path: String) throws(StoreError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        // GRDB's own WAL mode writes to the database whenever it is opened; the mode is stored in the file, so that asking
        // for it once, by `Schema.migrate`, is enough.
        configuration.journalMode = .default
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = \(Catalog.logPages)")
            // The log goes into the database when it has grown, not at the end of each run: that waits for the disk twice.
            if let connection = db.sqliteConnection { _ = clinux_sqlite_keep_log(UnsafeMutableRawPointer(connection)) }
        }
        configuration.foreignKeysEnabled = false
        configuration.label = "store"
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw StoreError(database: error, path: path)
        }
    }

    /// The least length of the log's index, which SQLite maps into memory.
    private static let indexBytes: Int64 = 32 << 10

    /// Fails where the log's index may find no room when it is written: then the system would end the program (`SIGBUS`).
    ///
    /// SQLite writes one byte per 4 KiB of the index beforehand, which takes up the room only where blocks are as large.
    private static func requireRoom(_ path: String) throws(StoreError) {
        // The first to open the database cuts the index off. In small blocks its room is not taken again at once.
        let isKept = !FreeSpace.hasSmallBlocks(in: directory(of: path))
        let taken = isKept ? status(of: path + "-shm").map { Int64($0.st_blocks) * 512 } ?? 0 : 0
        guard taken < indexBytes else { return }
        if FreeSpace.isLess(than: indexBytes - taken, in: directory(of: path)) { throw .diskFull(path: path) }
    }

    /// Runs statements that only read.
    func read<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        try Catalog.access(queue, path, body)
    }

    /// Runs statements in one transaction that takes the write lock at its start, so that it cannot deadlock.
    func write<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        try Catalog.requireRoom(path)
        return try Catalog.access(queue, path) { db in
            var result: T?
            try db.inTransaction(.immediate) {
                result = try body(db)
                return .commit
            }
            guard let result else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
            return result
        }
    }

    /// Closes the connection; later calls fail.
    func close() throws(StoreError) {
        do {
            try queue.close()
        } catch {
            throw StoreError(database: error, path: path)
        }
    }

    private static func access<T>(
        _ queue: DatabaseQueue, _ path: String, _ body: (Database) throws -> T
    ) throws(StoreError) -> T {
        do {
            return try queue.inDatabase(body)
        } catch {
            throw StoreError(database: error, path: path)
        }
    }
}

private func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}

extension StoreError {
    /// The case that fits an error thrown inside a database access.
    init(database error: any Error, path: String) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .corrupt(path: path, detail: "\(error)")
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
            self = .permissionDenied(operation: "open", path: path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path: path, detail: error.message ?? "not a database")
        case .SQLITE_IOERR where FreeSpace.isUsedUp(in: directory(of: path)): self = .diskFull(path: path)
        default:
            self = .database(
                path: path, code: error.extendedResultCode.rawValue, message: error.message ?? "unknown error")
        }
    }
}
