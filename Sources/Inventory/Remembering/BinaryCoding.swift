/// Writes values one after the other: numbers in as few bytes as they need, texts with their lengths.
struct BinaryWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(value & 0x7F) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    mutating func data(_ value: [UInt8]) {
        number(UInt64(value.count))
        bytes += value
    }

    mutating func text(_ value: String) { data(Array(value.utf8)) }

    mutating func optional(_ value: String?) {
        number(value == nil ? 0 : 1)
        if let value { text(value) }
    }

    mutating func list<Element>(_ values: some Collection<Element>, _ write: (inout BinaryWriter, Element) -> Void) {
        number(UInt64(values.count))
        for value in values { write(&self, value) }
    }
}

/// Reads what ``BinaryWriter`` wrote; anything else ends with an error.
struct BinaryReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    private static let cutOff = InventoryError.unusableCache(reason: "it is cut off")

    mutating func number() throws(InventoryError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        throw Self.cutOff
    }

    mutating func data() throws(InventoryError) -> [UInt8] {
        let count = try number()
        guard count <= UInt64(bytes.count - position) else { throw Self.cutOff }
        defer { position += Int(count) }
        return Array(bytes[position..<position + Int(count)])
    }

    mutating func text() throws(InventoryError) -> String { String(decoding: try data(), as: UTF8.self) }

    mutating func optional() throws(InventoryError) -> String? { try number() == 0 ? nil : try text() }

    mutating func list<Element>(
        _ read: (inout BinaryReader) throws(InventoryError) -> Element
    ) throws(InventoryError) -> [Element] {
        let count = try number()
        // Every element takes a byte at least.
        guard count <= UInt64(bytes.count - position) else { throw Self.cutOff }
        var values: [Element] = []
        values.reserveCapacity(Int(count))
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }
}
