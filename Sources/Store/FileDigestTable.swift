import Glibc

/// The file format behind ``FileDigestCache``: a header, records, and a hash table of record numbers, used as it lies.
///
///     0    16 bytes  "whittle files 1\n"
///     16   u32       number of records
///     20   u32       number of slots, a power of two
///     64   records of 64 bytes: inode, changed, size (u64 each), device, folded modification time (u32 each), digest
///     …    slots: u32 each, a record's number plus one, or 0; collisions go to the next slot
///
/// All numbers are in the machine's byte order: the file describes inodes of this machine.
final class FileDigestTable: Sendable {
    private static let magic: [UInt8] = Array("whittle files 1\n".utf8)
    private static let headerSize = 64
    private static let recordSize = 64

    // Points to a private read-only mapping that lives as long as this object; files are replaced, never cut off.
    fileprivate nonisolated(unsafe) let base: UnsafeRawPointer
    private let length: Int
    let count: Int
    private let slots: Int

    /// Maps the file; nil when it is missing or anything about it is wrong.
    init?(path: String) {
        guard let file = try? OpenFile(path, O_RDONLY), let size = try? file.status().st_size,
            size >= FileDigestTable.headerSize,
            let address = file.withDescriptor({
                mmap(nil, Int(size), PROT_READ, MAP_PRIVATE | MAP_POPULATE, $0, 0)
            }),
            address != MAP_FAILED
        else { return nil }
        base = UnsafeRawPointer(address)
        length = Int(size)
        count = Int(base.load(fromByteOffset: 16, as: UInt32.self))
        slots = Int(base.load(fromByteOffset: 20, as: UInt32.self))
        let header = UnsafeRawBufferPointer(start: base, count: 16)
        guard header.elementsEqual(FileDigestTable.magic), slots > count, slots & (slots - 1) == 0,
            length == FileDigestTable.headerSize + count * FileDigestTable.recordSize + slots * 4
        else { return nil }
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: base), length)
    }

    /// The number of the record for exactly that state.
    func find(_ stamp: FileStamp) -> Int? {
        let key = Key(stamp)
        var slot = key.hash & (slots - 1)
        for _ in 0..<slots {
            let value = Int(base.load(fromByteOffset: indexOffset + slot * 4, as: UInt32.self))
            if value == 0 || value > count { return nil }
            let found = self.key(value - 1)
            if found.inode == key.inode && found.device == key.device { return found == key ? value - 1 : nil }
            slot = (slot + 1) & (slots - 1)
        }
        return nil
    }

    func digest(_ number: Int) -> FileDigest {
        FileDigest(words: base.loadUnaligned(fromByteOffset: offset(number) + 32, as: SIMD4<UInt64>.self))
    }

    fileprivate func key(_ number: Int) -> Key {
        let offset = offset(number)
        return Key(
            inode: base.load(fromByteOffset: offset, as: UInt64.self),
            changed: base.load(fromByteOffset: offset + 8, as: Int64.self),
            size: base.load(fromByteOffset: offset + 16, as: Int64.self),
            device: base.load(fromByteOffset: offset + 24, as: UInt32.self),
            modified: base.load(fromByteOffset: offset + 28, as: UInt32.self))
    }

    fileprivate func offset(_ number: Int) -> Int { FileDigestTable.headerSize + number * FileDigestTable.recordSize }
    private var indexOffset: Int { offset(count) }

    /// What a record stores of a stamp.
    struct Key: Hashable {
        var inode: UInt64
        var changed: Int64
        var size: Int64
        /// The kernel's device numbers have 32 bits.
        var device: UInt32
        /// Only an addition to `changed`, which moves whenever the modification time does.
        var modified: UInt32

        init(inode: UInt64, changed: Int64, size: Int64, device: UInt32, modified: UInt32) {
            self.inode = inode
            self.changed = changed
            self.size = size
            self.device = device
            self.modified = modified
        }

        init(_ stamp: FileStamp) {
            inode = stamp.inode
            changed = stamp.changed
            size = stamp.size
            device = UInt32(truncatingIfNeeded: stamp.device ^ stamp.device >> 32)
            let modified = UInt64(bitPattern: stamp.modified)
            self.modified = UInt32(truncatingIfNeeded: modified ^ modified >> 32)
        }

        /// Inode numbers come in runs: multiplied by the golden ratio they spread evenly.
        var hash: Int {
            let mixed = (inode ^ UInt64(device) << 32) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: mixed >> 32)
        }
    }

    /// Makes a file.
    final class Builder {
        // Owned by this object: room for the header and `capacity` records.
        private let records: UnsafeMutableRawBufferPointer
        private var slots: [UInt32]
        private(set) var count = 0

        init(capacity: Int) {
            records = .allocate(byteCount: headerSize + capacity * recordSize, alignment: recordSize)
            var size = 16
            while size < capacity * 2 { size *= 2 }
            slots = Array(repeating: 0, count: size)
        }

        deinit {
            records.deallocate()
        }

        /// Adds a record unless there is one for the same file.
        func add(_ stamp: FileStamp, _ digest: FileDigest) {
            let key = Key(stamp)
            guard let record = claim(key) else { return }
            record.storeBytes(of: key.inode, as: UInt64.self)
            record.storeBytes(of: key.changed, toByteOffset: 8, as: Int64.self)
            record.storeBytes(of: key.size, toByteOffset: 16, as: Int64.self)
            record.storeBytes(of: key.device, toByteOffset: 24, as: UInt32.self)
            record.storeBytes(of: key.modified, toByteOffset: 28, as: UInt32.self)
            record.storeBytes(of: digest.words, toByteOffset: 32, as: SIMD4<UInt64>.self)
        }

        /// Adds a record of an earlier file.
        func add(_ table: FileDigestTable, _ number: Int) {
            guard let record = claim(table.key(number)) else { return }
            record.copyMemory(from: table.base + table.offset(number), byteCount: recordSize)
        }

        /// Writes everything.
        func write(to file: OpenFile) throws(StoreError) {
            for index in 0..<headerSize { records[index] = 0 }
            records.copyBytes(from: magic)
            records.storeBytes(of: UInt32(count), toByteOffset: 16, as: UInt32.self)
            records.storeBytes(of: UInt32(slots.count), toByteOffset: 20, as: UInt32.self)
            try file.write(UnsafeRawBufferPointer(rebasing: records[..<(headerSize + count * recordSize)]))
            try slots.withUnsafeBytes { raw in Result { () throws(StoreError) in try file.write(raw) } }.get()
        }

        /// Room for a new record; nil if there is one for the file.
        private func claim(_ key: Key) -> UnsafeMutableRawPointer? {
            var slot = key.hash & (slots.count - 1)
            while slots[slot] != 0 {
                let other = address(Int(slots[slot]) - 1)
                if other?.load(as: UInt64.self) == key.inode
                    && other?.load(fromByteOffset: 24, as: UInt32.self) == key.device
                {
                    return nil
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            count += 1
            slots[slot] = UInt32(count)
            return address(count - 1)
        }

        private func address(_ number: Int) -> UnsafeMutableRawPointer? {
            records.baseAddress.map { $0 + headerSize + number * recordSize }
        }
    }
}
