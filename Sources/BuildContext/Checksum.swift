import Crypto

/// The digest that a downloaded file must have: `sha256:`, `sha384:` or `sha512:` and the hexadecimal digits.
public struct Checksum: Hashable, Sendable, CustomStringConvertible {
    /// The algorithms that `--checksum` takes.
    public enum Algorithm: String, Hashable, Sendable {
        case sha256
        case sha384
        case sha512

        /// How many hexadecimal digits a digest has.
        var digits: Int {
            switch self {
            case .sha256: 64
            case .sha384: 96
            case .sha512: 128
            }
        }
    }

    /// The algorithm.
    public let algorithm: Algorithm
    /// The digest in lower-case hexadecimal.
    public let hex: String

    /// Reads a checksum as it is written in a Dockerfile.
    ///
    /// - Throws: ``BuildContextError/badChecksum(text:reason:)``.
    public init(parsing text: String) throws(BuildContextError) {
        let (name, hex) = RemoteURL.cut(text[...], ":")
        guard let hex else { throw .badChecksum(text: text, reason: "invalid checksum digest format") }
        guard let algorithm = Algorithm(rawValue: String(name)) else {
            throw .badChecksum(text: text, reason: "unsupported digest algorithm")
        }
        guard hex.utf8.count == algorithm.digits else {
            throw .badChecksum(text: text, reason: "invalid checksum digest length")
        }
        guard hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            throw .badChecksum(text: text, reason: "invalid checksum digest format")
        }
        self.algorithm = algorithm
        self.hex = hex
    }

    init(algorithm: Algorithm, bytes: some Sequence<UInt8>) {
        self.algorithm = algorithm
        let digits = Array("0123456789abcdef".utf8)
        hex = String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// As it is written in a Dockerfile.
    public var description: String { "\(algorithm.rawValue):\(hex)" }
}

/// Computes a checksum, and always the SHA-256 as well, of bytes that come piece by piece.
struct ChecksumStream {
    private var sha256 = SHA256()
    private var sha384: SHA384?
    private var sha512: SHA512?
    private let algorithm: Checksum.Algorithm

    init(_ algorithm: Checksum.Algorithm) {
        self.algorithm = algorithm
        if algorithm == .sha384 { sha384 = SHA384() }
        if algorithm == .sha512 { sha512 = SHA512() }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256.update(bufferPointer: bytes)
        sha384?.update(bufferPointer: bytes)
        sha512?.update(bufferPointer: bytes)
    }

    /// The content digest, and the checksum in the algorithm that was asked for.
    func finish() -> (content: ContentDigest, checksum: Checksum) {
        let digest = sha256.finalize()
        let bytes: [UInt8] =
            switch algorithm {
            case .sha256: Array(digest)
            case .sha384: Array(sha384?.finalize().map { $0 } ?? [])
            case .sha512: Array(sha512?.finalize().map { $0 } ?? [])
            }
        return (ContentDigest(digest), Checksum(algorithm: algorithm, bytes: bytes))
    }
}
