import Crypto

/// A hash under way: bytes go in as they come, the digest comes out at the end.
///
/// A value: a copy continues on its own, so that a running total can be looked at.
public struct Digester: Sendable {
    // Two fields rather than an enum: updating an associated value would copy the hash's buffer on each call.
    private var short: SHA256?
    private var long: SHA512?

    /// Starts a SHA-256.
    public init() {
        short = SHA256()
    }

    /// Starts a hash of the algorithm of `digest`, to verify it.
    public init(verifying digest: Digest) {
        if digest.algorithm == "sha512" { long = SHA512() } else { short = SHA256() }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        short?.update(bufferPointer: bytes)
        long?.update(bufferPointer: bytes)
    }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes added so far.
    public func finish() -> Digest {
        if let long { return Digest(uncheckedAlgorithm: "sha512", hex: lowerHex(long.finalize())) }
        return Digest(uncheckedAlgorithm: "sha256", hex: lowerHex((short ?? SHA256()).finalize()))
    }
}

/// Bytes as lower-case hexadecimal digits.
func lowerHex(_ bytes: some Sequence<UInt8>) -> String {
    let digits: [UInt8] = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(128)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
