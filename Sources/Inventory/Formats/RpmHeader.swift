/// The header of an installed rpm package, as all forms of its database store it: big-endian, an index and its data.
struct RpmHeader {
    private let reader: ByteReader
    private let entries: [Int: (type: Int, offset: Int, count: Int)]
    private let data: Int

    /// The largest that rpm itself accepts.
    static let limit = 256 << 20
    private static let entryLimit = 0xFFFF

    /// - Throws: ``InventoryError`` for bytes that are no header.
    init(_ bytes: [UInt8]) throws(InventoryError) {
        reader = ByteReader(bytes, isBigEndian: true)
        guard let count = reader.u32(0), let size = reader.u32(4), count <= Self.entryLimit,
            8 + count * 16 + size <= bytes.count
        else { throw .malformed(what: "rpm header", reason: "its lengths are impossible") }
        data = 8 + count * 16
        var entries: [Int: (type: Int, offset: Int, count: Int)] = [:]
        for index in 0..<count {
            let at = 8 + index * 16
            guard let tag = reader.u32(at), let type = reader.u32(at + 4), let offset = reader.u32(at + 8),
                let number = reader.u32(at + 12), offset <= size
            else { continue }
            entries[tag] = (type, offset, number)
        }
        self.entries = entries
    }

    /// The first text of a tag; nil when it is empty.
    func text(_ tag: Int) -> String? {
        guard let entry = entries[tag], [6, 8, 9].contains(entry.type),
            let text = reader.string(data + entry.offset, limit: 64 << 10), !text.isEmpty
        else { return nil }
        return text.text
    }

    /// All texts of a tag.
    func texts(_ tag: Int) -> [ArraySlice<UInt8>] {
        guard let entry = entries[tag], [6, 8, 9].contains(entry.type) else { return [] }
        var texts: [ArraySlice<UInt8>] = []
        var position = data + entry.offset
        while texts.count < entry.count, let text = reader.string(position, limit: 64 << 10) {
            texts.append(text)
            position += text.count + 1
        }
        return texts
    }

    /// The 32-bit numbers of a tag.
    func numbers(_ tag: Int) -> [Int] {
        guard let entry = entries[tag], entry.type == 4 else { return [] }
        var numbers: [Int] = []
        while numbers.count < entry.count, let number = reader.u32(data + entry.offset + numbers.count * 4) {
            numbers.append(number)
        }
        return numbers
    }
}
