/// Tells an archive from a Dockerfile by its first bytes, for contexts that may be either.
enum ArchiveKind {
    /// How many bytes are enough to decide.
    static let headerLength = 512

    private static let magics: [[UInt8]] = [
        [0x42, 0x5A, 0x68],  // bzip2
        [0x1F, 0x8B, 0x08],  // gzip
        [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00],  // xz
        [0x28, 0xB5, 0x2F, 0xFD],  // zstd
    ]

    /// Whether the bytes start a tar archive or something compressed, which must then hold one.
    static func isArchive(_ header: ArraySlice<UInt8>) -> Bool {
        if magics.contains(where: { header.starts(with: $0) }) { return true }
        guard header.count >= headerLength else { return false }
        let block = header.prefix(headerLength)
        // An empty archive is nothing but zeros.
        if block.allSatisfy({ $0 == 0 }) { return true }
        // A header's checksum is the sum of its bytes with the checksum's own eight taken as spaces.
        let start = block.startIndex
        let field = (start + 148)..<(start + 156)
        var sum = 0
        var signedSum = 0
        for index in block.indices {
            let byte = field.contains(index) ? 0x20 : block[index]
            sum += Int(byte)
            signedSum += Int(Int8(bitPattern: byte))
        }
        let digits = block[field].drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        guard !digits.isEmpty else { return false }
        let stated = digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
        return stated == sum || stated == signedSum
    }
}
