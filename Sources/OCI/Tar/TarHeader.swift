/// One header block, taken apart.
struct TarHeader {
    enum Dialect {
        case v7, ustar, gnu
    }
    let block: [UInt8]
    let dialect: Dialect

    /// - Throws: ``OCIError/malformedTar(offset:reason:)`` when the checksum is wrong.
    init(block: [UInt8], offset: Int64) throws(OCIError) {
        self.block = block
        let magic = block[TarField.magic]
        if magic.elementsEqual("ustar  \0".utf8) {
            dialect = .gnu
        } else if magic.starts(with: "ustar".utf8) {
            dialect = .ustar
        } else {
            dialect = .v7
        }
        // The sum counts its own field as blanks. Some old writers added up signed bytes.
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (index, byte) in block.enumerated() {
            let value = TarField.checksum.contains(index) ? 0x20 : byte
            unsigned += Int64(value)
            signed += Int64(Int8(bitPattern: value))
        }
        let sum = try number(TarField.checksum, "checksum", offset)
        guard sum == unsigned || sum == signed else {
            throw .malformedTar(offset: offset, reason: "the header's checksum is wrong")
        }
    }

    var type: UInt8 { block[TarField.type] }

    /// A NUL-terminated or full field.
    func text(_ field: Range<Int>) -> [UInt8] {
        Array(block[field].prefix { $0 != 0 })
    }

    /// The path: with ustar the prefix goes before the name.
    var name: PathBytes {
        let name = text(TarField.name)
        guard dialect == .ustar else { return name }
        let prefix = text(TarField.prefix)
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    /// An octal number, or GNU's base 256 for numbers that octal has no room for.
    func number(_ field: Range<Int>, _ what: String, _ offset: Int64) throws(OCIError) -> Int64 {
        let bytes = block[field]
        if block[field.lowerBound] & 0x80 != 0 {
            // Two's complement; the highest bit is the marker, the one below it the sign.
            let negative = block[field.lowerBound] & 0x40 != 0
            var value: Int64 = negative ? -1 : 0
            for (index, byte) in bytes.enumerated() {
                let digit = index == 0 ? (negative ? byte : byte & 0x7F) : byte
                let shifted = value.multipliedReportingOverflow(by: 256)
                guard !shifted.overflow else {
                    throw .malformedTar(offset: offset, reason: "the \(what) does not fit into 64 bits")
                }
                value = shifted.partialValue | Int64(digit)
            }
            return value
        }
        var value: Int64 = 0
        let digits = bytes.drop { $0 == 0x20 || $0 == 0 }.prefix { $0 != 0x20 && $0 != 0 }
        for digit in digits {
            guard (0x30...0x37).contains(digit) else {
                throw .malformedTar(offset: offset, reason: "the \(what) is no octal number")
            }
            // Twelve octal digits always fit.
            value = value << 3 | Int64(digit - 0x30)
        }
        return value
    }

    /// An owner or group: of larger numbers the low 32 bits, as with the kernel.
    func owner(_ field: Range<Int>, _ what: String, _ offset: Int64) throws(OCIError) -> UInt32 {
        UInt32(truncatingIfNeeded: try number(field, what, offset))
    }

    /// A number that must fit an unsigned 32-bit field of the kernel.
    func unsigned(_ field: Range<Int>, _ what: String, _ offset: Int64) throws(OCIError) -> UInt32 {
        guard let value = UInt32(exactly: try number(field, what, offset)) else {
            throw .malformedTar(offset: offset, reason: "the \(what) is out of range")
        }
        return value
    }
}
