/// Reads numbers from bytes that somebody else wrote: what is not there gives nil.
struct ByteReader {
    let bytes: ArraySlice<UInt8>
    let isBigEndian: Bool

    init(_ bytes: some Collection<UInt8>, isBigEndian: Bool = false) {
        self.bytes = ArraySlice(bytes)
        self.isBigEndian = isBigEndian
    }

    func u8(_ offset: Int) -> UInt8? {
        guard offset >= 0, offset < bytes.count else { return nil }
        return bytes[bytes.startIndex + offset]
    }

    func u16(_ offset: Int) -> Int? { number(offset, 2).map { Int($0) } }
    func u32(_ offset: Int) -> Int? { number(offset, 4).map { Int($0) } }
    func u64(_ offset: Int) -> UInt64? { number(offset, 8) }

    /// An address or length of 4 or 8 bytes.
    func word(_ offset: Int, is64Bit: Bool) -> UInt64? { number(offset, is64Bit ? 8 : 4) }

    func slice(_ offset: Int, _ count: Int) -> ArraySlice<UInt8>? {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
        return bytes[bytes.startIndex + offset..<bytes.startIndex + offset + count]
    }

    /// Bytes up to a NUL, at most `limit`.
    func string(_ offset: Int, limit: Int = 4_096) -> ArraySlice<UInt8>? {
        guard offset >= 0, offset < bytes.count else { return nil }
        return bytes[(bytes.startIndex + offset)...].prefix(limit).prefix { $0 != 0 }
    }

    private func number(_ offset: Int, _ count: Int) -> UInt64? {
        guard let slice = slice(offset, count) else { return nil }
        var value: UInt64 = 0
        if isBigEndian {
            for byte in slice { value = value << 8 | UInt64(byte) }
        } else {
            for byte in slice.reversed() { value = value << 8 | UInt64(byte) }
        }
        return value
    }
}
