/// Classes of bytes and of UTF-8 sequences. Dockerfile syntax uses two notions of white space: ASCII blanks separate
/// words, and any Unicode space is trimmed at the ends of a line.
enum ByteClass {
    /// The blanks that separate words: tab, vertical tab, form feed, carriage return, space.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0B || byte == 0x0C || byte == 0x0D
    }

    /// The white space that JSON allows between tokens.
    @inline(__always)
    static func isJSONSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Length of the Unicode space at `index`, 0 when there is none. The spaces beyond ASCII are U+0085, U+00A0,
    /// U+1680, U+2000–U+200A, U+2028, U+2029, U+202F, U+205F and U+3000.
    @inline(__always)
    static func spaceLength(_ bytes: [UInt8], at index: Int, end: Int) -> Int {
        let first = bytes[index]
        if first < 0x80 { return isBlank(first) || first == 0x0A ? 1 : 0 }
        return wideSpaceLength(bytes, at: index, end: end)
    }

    private static func wideSpaceLength(_ bytes: [UInt8], at index: Int, end: Int) -> Int {
        let first = bytes[index]
        if first == 0xC2, index + 1 < end { return bytes[index + 1] == 0x85 || bytes[index + 1] == 0xA0 ? 2 : 0 }
        guard index + 2 < end else { return 0 }
        let scalar = UInt32(first & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
        switch first {
        case 0xE1: return scalar == 0x1680 ? 3 : 0
        case 0xE2:
            switch scalar {
            case 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F: return 3
            default: return 0
            }
        case 0xE3: return scalar == 0x3000 ? 3 : 0
        default: return 0
        }
    }

    /// The range without Unicode spaces at its start.
    static func trimmingStart(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        while start < range.upperBound {
            let length = spaceLength(bytes, at: start, end: range.upperBound)
            if length == 0 { break }
            start += length
        }
        return start..<range.upperBound
    }

    /// The range without Unicode spaces at either end.
    static func trimming(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        let range = trimmingStart(bytes, range)
        var end = range.upperBound
        while end > range.lowerBound {
            var start = end - 1
            while start > range.lowerBound, end - start < 3, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            guard spaceLength(bytes, at: start, end: end) == end - start else { break }
            end = start
        }
        return range.lowerBound..<end
    }

    /// The UTF-8 sequence at `index`: its scalar and length. A byte that starts no sequence counts as U+FFFD.
    @inline(__always)
    static func scalar(_ bytes: [UInt8], at index: Int, end: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let first = bytes[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        return wideScalar(bytes, at: index, end: end)
    }

    private static func wideScalar(_ bytes: [UInt8], at index: Int, end: Int) -> (scalar: Unicode.Scalar, length: Int) {
        var iterator = bytes[index..<min(index + 4, end)].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return ("\u{FFFD}", 1) }
        return (scalar, UTF8.width(scalar))
    }
}
