import Crypto

/// The checksums of a file that a bill of materials states, in hexadecimal digits.
public struct FileChecksums: Hashable, Sendable {
    /// SHA-1, which SPDX demands; nothing here trusts it.
    public let sha1: String
    /// SHA-256.
    public let sha256: String

    /// Checksums that are known.
    public init(sha1: String, sha256: String) {
        self.sha1 = sha1
        self.sha256 = sha256
    }

    /// The checksums of bytes.
    ///
    /// - Parameter next: gives the bytes that come next; none at their end.
    public init(reading next: () throws -> [UInt8]) rethrows {
        var short = Insecure.SHA1()
        var long = Digester()
        while true {
            let bytes = try next()
            if bytes.isEmpty { break }
            bytes.withUnsafeBytes {
                short.update(bufferPointer: $0)
                long.update($0)
            }
        }
        self.init(sha1: lowerHex(short.finalize()), sha256: long.finish().hex)
    }
}
