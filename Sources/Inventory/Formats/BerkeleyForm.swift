import LayerFormat

/// rpm's database until version 4.15: a hash table of Berkeley DB. Values are longer than a page, and therefore on
/// pages of their own, linked to one another.
struct BerkeleyForm {
    private let file: any RandomAccessBytes
    private let pageSize: Int
    private let lastPage: Int
    private let isBigEndian: Bool

    private static let headerSize = 26

    /// nil when it is none.
    init?(_ file: any RandomAccessBytes) throws {
        self.file = file
        let head = try file.bytes(at: 0, count: 72)
        let little = ByteReader(head)
        let big = ByteReader(head, isBigEndian: true)
        let magic = 0x0006_1561
        guard little.u32(12) == magic || big.u32(12) == magic else { return nil }
        isBigEndian = little.u32(12) != magic
        let reader = isBigEndian ? big : little
        guard let size = reader.u32(20), let last = reader.u32(32), (512...65_536).contains(size),
            size & (size - 1) == 0
        else { throw Self.damaged("its header is impossible") }
        pageSize = size
        lastPage = min(last, Int(file.size / Int64(size)))
    }

    private static func damaged(_ reason: String) -> InventoryError {
        .malformed(what: "rpm database", reason: reason)
    }

    private func page(_ number: Int) throws -> ByteReader? {
        guard number > 0, number <= lastPage else { return nil }
        let bytes = try file.bytes(at: Int64(number) * Int64(pageSize), count: pageSize)
        return bytes.count == pageSize ? ByteReader(bytes, isBigEndian: isBigEndian) : nil
    }

    /// Calls `body` with each value that is a header.
    func read(limit: Int, _ body: ([UInt8]) throws -> Void) throws {
        guard lastPage > 0 else { return }
        var count = 0
        for number in 1...lastPage {
            // Sorted and unsorted hash pages.
            guard let page = try page(number), let type = page.u8(25), type == 13 || type == 2,
                let entries = page.u16(20)
            else { continue }
            // Keys and values take turns.
            for index in stride(from: 1, to: entries, by: 2) {
                guard let value = try value(page, index) else { continue }
                count += 1
                guard count <= limit else { throw Self.damaged("it has too many packages") }
                try body(value)
            }
        }
    }

    private func value(_ page: ByteReader, _ index: Int) throws -> [UInt8]? {
        guard let offset = page.u16(Self.headerSize + index * 2), let kind = page.u8(offset) else { return nil }
        switch kind {
        case 3:
            guard let first = page.u32(offset + 4), let length = page.u32(offset + 8), length <= RpmHeader.limit else {
                throw Self.damaged("a package's length is impossible")
            }
            return try overflow(from: first, length: length)
        case 1:
            // In the page itself, between it and the entry before. The counter of packages is such a value.
            guard let end = page.u16(Self.headerSize + (index - 1) * 2), end > offset + 1,
                let bytes = page.slice(offset + 1, end - offset - 1), bytes.count > 16
            else { return nil }
            return Array(bytes)
        default:
            return nil
        }
    }

    private func overflow(from first: Int, length: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var number = first
        var steps = 0
        while bytes.count < length {
            steps += 1
            guard steps <= lastPage, let page = try page(number), page.u8(25) == 7, let next = page.u32(16),
                let filled = page.u16(22), let part = page.slice(Self.headerSize, filled), !part.isEmpty
            else { throw Self.damaged("a package's pages are not linked") }
            bytes += part
            number = next
        }
        return Array(bytes.prefix(length))
    }
}
