import CSQLite
import LayerFormat

/// The headers of installed packages in a database of rpm, of any of its three forms.
enum RpmDatabase {
    /// More packages than any system has.
    private static let packageLimit = 200_000

    /// Calls `body` with each header.
    ///
    /// - Throws: ``InventoryError`` for a database that is damaged.
    static func forEachHeader(_ file: any RandomAccessBytes, _ body: ([UInt8]) throws -> Void) throws {
        let head = try file.bytes(at: 0, count: 32)
        if head.starts(with: "SQLite format 3".utf8) {
            try SQLiteForm.read(file, limit: packageLimit, body)
        } else if head.starts(with: "RpmP".utf8) {
            try NativeForm.read(file, limit: packageLimit, body)
        } else if let form = try BerkeleyForm(file) {
            try form.read(limit: packageLimit, body)
        } else if !head.isEmpty {
            throw InventoryError.malformed(what: "rpm database", reason: "it is of no known form")
        }
    }

    /// SQLite's, since rpm 4.16.
    private enum SQLiteForm {
        static let limit = 512 << 20

        static func read(_ file: any RandomAccessBytes, limit packages: Int, _ body: ([UInt8]) throws -> Void) throws {
            guard var bytes = try file.whole(limit: limit) else {
                throw InventoryError.tooLarge(what: "rpm database", limit: Int64(limit))
            }
            guard bytes.count >= 100 else { throw damaged("it is cut off") }
            // A database that keeps a write-ahead log cannot be opened in memory; without the log it is like any other.
            bytes[18] = 1
            bytes[19] = 1
            var handle: OpaquePointer?
            guard sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nil) == SQLITE_OK,
                let handle
            else { throw damaged("SQLite does not open it") }
            defer { sqlite3_close_v2(handle) }
            let flags = UInt32(SQLITE_DESERIALIZE_READONLY)
            try bytes.withUnsafeMutableBufferPointer { buffer in
                // The bytes outlive the connection's use of them: everything is read inside of this closure.
                guard
                    sqlite3_deserialize(
                        handle, "main", buffer.baseAddress, Int64(buffer.count), Int64(buffer.count), flags)
                        == SQLITE_OK
                else { throw damaged("SQLite does not read it") }
                sqlite3_exec(handle, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON", nil, nil, nil)
                try rows(handle, limit: packages, body)
                sqlite3_exec(handle, "DETACH main", nil, nil, nil)
            }
        }

        private static func rows(_ handle: OpaquePointer, limit: Int, _ body: ([UInt8]) throws -> Void) throws {
            var statement: OpaquePointer?
            guard sqlite3_prepare_v2(handle, "SELECT blob FROM Packages", -1, &statement, nil) == SQLITE_OK,
                let statement
            else { throw damaged(String(cString: sqlite3_errmsg(handle))) }
            defer { sqlite3_finalize(statement) }
            var count = 0
            while true {
                let status = sqlite3_step(statement)
                if status == SQLITE_DONE { return }
                guard status == SQLITE_ROW else { throw damaged(String(cString: sqlite3_errmsg(handle))) }
                count += 1
                guard count <= limit else { throw damaged("it has too many packages") }
                guard let start = sqlite3_column_blob(statement, 0) else { continue }
                let length = Int(sqlite3_column_bytes(statement, 0))
                try body([UInt8](UnsafeRawBufferPointer(start: start, count: length)))
            }
        }
    }

    /// rpm's own, which SUSE uses: slots that point to blobs.
    private enum NativeForm {
        private static let slotSize = 16
        private static let pageSize = 4_096

        static func read(_ file: any RandomAccessBytes, limit: Int, _ body: ([UInt8]) throws -> Void) throws {
            let head = ByteReader(try file.bytes(at: 0, count: 32))
            guard let pages = head.u32(12), pages >= 1, pages <= 1 << 12 else {
                throw damaged("its header is impossible")
            }
            // The header takes the room of the first two slots.
            let slots = ByteReader(try file.bytes(at: 32, count: pages * pageSize - 32))
            var count = 0
            // Several slots for one package would multiply what it says.
            var seen: Set<Int> = []
            for at in stride(from: 0, to: slots.bytes.count - slotSize + 1, by: slotSize) {
                guard slots.u32(at) == 0x746F_6C53, let index = slots.u32(at + 4), let block = slots.u32(at + 8),
                    index != 0, block != 0, seen.insert(index).inserted
                else { continue }
                count += 1
                guard count <= limit else { throw damaged("it has too many packages") }
                let offset = Int64(block) * 16
                let blob = ByteReader(try file.bytes(at: offset, count: 16))
                guard blob.u32(0) == 0x5362_6C42, blob.u32(4) == index, let length = blob.u32(12),
                    length <= RpmHeader.limit
                else { throw damaged("a package is not where its slot says") }
                let header = try file.bytes(at: offset + 16, count: length)
                guard header.count == length else { throw damaged("a package is cut off") }
                try body(header)
            }
        }
    }

    private static func damaged(_ reason: String) -> InventoryError {
        .malformed(what: "rpm database", reason: reason)
    }
}
