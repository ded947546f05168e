/// A content digest, `sha256:<64 hex>` or `sha512:<128 hex>` (OCI image-spec, descriptor.md, "Digests").
///
/// The text is checked when it is made: a `Digest` can be put into a file name as it is.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `sha256` or `sha512`.
    public let algorithm: String
    /// The value in lower-case hexadecimal.
    public let hex: String

    /// Reads `algorithm:hex`.
    ///
    /// - Throws: ``OCIError/invalidDigest(_:)`` for an unknown algorithm, a wrong length, or anything but lower-case hex.
    public init(parsing text: String) throws(OCIError) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .invalidDigest(text) }
        let algorithm = String(Substring(parts[0]))
        let length: Int
        switch algorithm {
        case "sha256": length = 64
        case "sha512": length = 128
        default: throw .invalidDigest(text)
        }
        guard parts[1].count == length, parts[1].allSatisfy(isLowerHex) else { throw .invalidDigest(text) }
        self.algorithm = algorithm
        self.hex = String(Substring(parts[1]))
    }

    /// A digest from its parts.
    ///
    /// - Precondition: `hex` is what a hash function of that algorithm gave.
    init(uncheckedAlgorithm algorithm: String, hex: String) {
        self.algorithm = algorithm
        self.hex = hex
    }

    /// A SHA-256 digest from its hexadecimal value.
    ///
    /// - Throws: ``OCIError/invalidDigest(_:)`` unless it is 64 lower-case hexadecimal digits.
    public static func sha256(hex: String) throws(OCIError) -> Digest {
        try Digest(parsing: "sha256:" + hex)
    }

    /// The SHA-256 digest of some bytes.
    public static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
        var digester = Digester()
        let contiguous: Void? = bytes.withContiguousStorageIfAvailable { digester.update(UnsafeRawBufferPointer($0)) }
        if contiguous == nil {
            Array(bytes).withUnsafeBytes { digester.update($0) }
        }
        return digester.finish()
    }

    /// `algorithm:hex`.
    public var description: String { algorithm + ":" + hex }

    /// The first twelve hexadecimal digits, as in listings.
    public var short: String { String(hex.prefix(12)) }

    /// Orders by the text, byte by byte.
    public static func < (lhs: Digest, rhs: Digest) -> Bool {
        (lhs.algorithm, lhs.hex) < (rhs.algorithm, rhs.hex)
    }
}

extension Digest: Codable {
    /// Reads the string form.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the string form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

func isLowerHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
}
