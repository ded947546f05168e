import LayerFormat
import OCI

/// A zip archive, read by its central directory; what is in front of it (a shell script that starts it) does not matter.
struct ZipArchive {
    /// A member.
    struct Entry {
        let name: ArraySlice<UInt8>
        fileprivate let method: Int
        fileprivate let compressedSize: Int64
        fileprivate let headerOffset: Int64
    }

    private static let directoryLimit: UInt64 = 64 << 20
    private static let endLength = 22

    private let file: any RandomAccessBytes
    /// The members, in the directory's order.
    let entries: [Entry]

    /// Reads the directory; nil when the bytes are no zip archive.
    ///
    /// - Throws: ``InventoryError`` for one that is damaged.
    init?(_ file: any RandomAccessBytes) throws {
        self.file = file
        guard let (position, end) = try Self.end(of: file) else { return nil }
        let reader = ByteReader(end)
        guard let count = reader.u16(10), let shortSize = reader.u32(12), let shortOffset = reader.u32(16) else {
            throw Self.damaged("its end is cut off")
        }
        var (size, offset) = (UInt64(shortSize), UInt64(shortOffset))
        var directoryEnd = position
        if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF,
            let (start, large) = try Self.largeEnd(of: file, before: position)
        {
            let reader = ByteReader(large)
            guard let largeSize = reader.u64(40), let largeOffset = reader.u64(48) else {
                throw Self.damaged("its end is cut off")
            }
            (size, offset) = (largeSize, largeOffset)
            directoryEnd = start
        }
        guard size <= Self.directoryLimit, Int64(size) <= directoryEnd else {
            throw Self.damaged("its directory is larger than possible")
        }
        let start = directoryEnd - Int64(size)
        // Offsets count from the start of the archive, which something may have been put in front of.
        guard offset <= UInt64(start) else { throw Self.damaged("its directory is not where it says") }
        let directory = try file.bytes(at: start, count: Int(size))
        entries = try Self.entries(ByteReader(directory), base: start - Int64(offset))
    }

    private static func damaged(_ reason: String) -> InventoryError {
        .malformed(what: "zip archive", reason: reason)
    }

    /// The record at the end, searched from the back: a comment may follow it.
    private static func end(of file: any RandomAccessBytes) throws -> (Int64, [UInt8])? {
        for length in [Int64(1_024), 66_000] {
            let length = min(length, file.size)
            let tail = try file.bytes(at: file.size - length, count: Int(length))
            guard tail.count >= endLength else { return nil }
            for index in stride(from: tail.count - endLength, through: 0, by: -1)
            where tail[index] == 0x50 && tail[index...].starts(with: [0x50, 0x4B, 5, 6]) {
                return (file.size - length + Int64(index), Array(tail[index...]))
            }
            if length == file.size { break }
        }
        return nil
    }

    /// The record of archives with more than 65,535 members or 4 GiB.
    private static func largeEnd(of file: any RandomAccessBytes, before end: Int64) throws -> (Int64, [UInt8])? {
        guard end >= 76 else { return nil }
        let locator = try file.bytes(at: end - 20, count: 20)
        guard locator.starts(with: [0x50, 0x4B, 6, 7]) else { return nil }
        // Something in front of the archive moves it; without an extensible part it is right before its locator.
        let record = try file.bytes(at: end - 76, count: 56)
        guard record.starts(with: [0x50, 0x4B, 6, 6]) else { throw damaged("its end is not where it says") }
        return (end - 76, record)
    }

    private struct Numbers {
        var size: UInt64
        var compressed: UInt64
        var offset: UInt64
    }

    private static func entries(_ reader: ByteReader, base: Int64) throws -> [Entry] {
        var entries: [Entry] = []
        var position = 0
        while position < reader.bytes.count {
            guard reader.u32(position) == 0x0201_4B50, let method = reader.u16(position + 10),
                let compressed = reader.u32(position + 20), let size = reader.u32(position + 24),
                let nameLength = reader.u16(position + 28), let extraLength = reader.u16(position + 30),
                let commentLength = reader.u16(position + 32), let offset = reader.u32(position + 42),
                let name = reader.slice(position + 46, nameLength),
                let extra = reader.slice(position + 46 + nameLength, extraLength)
            else { throw damaged("its directory is damaged") }
            var numbers = Numbers(size: UInt64(size), compressed: UInt64(compressed), offset: UInt64(offset))
            readLarge(extra, &numbers)
            position += 46 + nameLength + extraLength + commentLength
            let limit = UInt64(Int64.max) / 4
            guard numbers.offset < limit, numbers.compressed < limit else { continue }
            entries.append(
                Entry(
                    name: name, method: method, compressedSize: Int64(numbers.compressed),
                    headerOffset: base + Int64(numbers.offset)))
        }
        return entries
    }

    /// The extra field with the numbers that did not fit, in this order.
    private static func readLarge(_ extra: ArraySlice<UInt8>, _ numbers: inout Numbers) {
        let reader = ByteReader(extra)
        var position = 0
        while let id = reader.u16(position), let length = reader.u16(position + 2) {
            if id == 1 {
                var place = position + 4
                for path in [\Numbers.size, \.compressed, \.offset] where numbers[keyPath: path] == 0xFFFF_FFFF {
                    guard let value = reader.u64(place) else { return }
                    numbers[keyPath: path] = value
                    place += 8
                }
                return
            }
            position += 4 + length
        }
    }

    /// The content of a member, decompressed in memory.
    ///
    /// - Throws: ``InventoryError``.
    func content(of entry: Entry, limit: Int) throws -> [UInt8] {
        let name = entry.name.text
        let raw = try stored(entry)
        guard raw.size <= Int64(limit) else { throw InventoryError.tooLarge(what: name, limit: Int64(limit)) }
        let bytes = try raw.bytes(at: 0, count: Int(raw.size))
        switch entry.method {
        case 0: return bytes
        case 8: return try Inflate.bytes(bytes, .none, limit: limit, what: name)
        case let method:
            throw InventoryError.malformed(what: name, reason: "compression method \(method) is not supported")
        }
    }

    /// The content of a member for looking into: where it is when it is not compressed, else in memory.
    func access(to entry: Entry, limit: Int) throws -> any RandomAccessBytes {
        entry.method == 0 ? try stored(entry) : MemoryBytes(try content(of: entry, limit: limit))
    }

    /// The bytes of a member as they are in the archive.
    private func stored(_ entry: Entry) throws -> BytesWindow {
        let header = ByteReader(try file.bytes(at: entry.headerOffset, count: 30))
        guard header.u32(0) == 0x0403_4B50, let name = header.u16(26), let extra = header.u16(28) else {
            throw Self.damaged("\(entry.name.text) is not where its directory says")
        }
        let start = entry.headerOffset + 30 + Int64(name) + Int64(extra)
        guard start <= file.size, entry.compressedSize <= file.size - start else {
            throw Self.damaged("\(entry.name.text) is cut off")
        }
        return BytesWindow(file, offset: start, size: entry.compressedSize)
    }
}

/// A part of other bytes.
final class BytesWindow: RandomAccessBytes {
    private let whole: any RandomAccessBytes
    private let offset: Int64
    let size: Int64

    /// - Precondition: the part is inside of the whole.
    init(_ whole: any RandomAccessBytes, offset: Int64, size: Int64) {
        self.whole = whole
        self.offset = offset
        self.size = size
    }

    func bytes(at position: Int64, count: Int) throws -> [UInt8] {
        guard position >= 0, position < size, count > 0 else { return [] }
        return try whole.bytes(at: offset + position, count: Int(min(Int64(count), size - position)))
    }
}
