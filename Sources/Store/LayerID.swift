/// The name of an unpacked layer or of a step's upper directory in the store.
///
/// Random and short: overlayfs' mount options have to name dozens of them on one page of memory.
public struct LayerID: Hashable, Sendable, CustomStringConvertible {
    /// Thirteen lower-case letters and digits.
    public let rawValue: String

    /// An identifier read back from somewhere; nil unless it is one that the store could have made.
    public init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard bytes.count == LayerID.length, bytes.allSatisfy(LayerID.alphabet.contains) else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: String) {
        self.rawValue = rawValue
    }

    /// A new identifier with 65 random bits.
    static func random() -> LayerID {
        LayerID(unchecked: randomName(length))
    }

    /// The identifier's text.
    public var description: String { rawValue }

    private static let length = 13
    fileprivate static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
}

/// A random name of lower-case letters and digits, five bits each.
func randomName(_ length: Int) -> String {
    let bytes = (0..<length).map { _ in LayerID.alphabet[Int.random(in: 0..<32)] }
    return String(decoding: bytes, as: UTF8.self)
}
