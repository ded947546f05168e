import Crypto

/// A SHA-256 digest of content: of one file, or of a selection of files.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest from its 32 bytes; nil when there is another number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        // As one copy: element by element, this generic function would cost more than the walk of a large context.
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    }

    init(_ digest: SHA256Digest) {
        words = digest.withUnsafeBytes { bytes in
            let word = { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)) { Array($0) }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// `sha256:` and the hexadecimal digits.
    public var description: String { "sha256:" + hex }

    /// Equal when all bytes are.
    public static func == (a: ContentDigest, b: ContentDigest) -> Bool { a.words == b.words }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        // Any part of a digest is as good as random.
        hasher.combine(words.0)
    }
}
