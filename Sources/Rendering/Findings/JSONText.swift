/// Writes JSON as it goes, for reports with very many small objects.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// What was written.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// An object.
    mutating func object(_ body: (inout JSONText) -> Void) { enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body) }
    /// An array.
    mutating func array(_ body: (inout JSONText) -> Void) { enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), body) }

    private mutating func enclosed(_ open: UInt8, _ close: UInt8, _ body: (inout JSONText) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    /// A member's name; its value must follow.
    mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A string.
    mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    /// A number.
    mutating func number(_ value: Int) {
        separate()
        bytes += String(value).utf8
    }

    /// A truth value.
    mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    /// A member that is a string.
    mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    /// A member that is a number.
    mutating func member(_ name: String, _ value: Int) {
        key(name)
        number(value)
    }

    /// An object on a line of its own.
    mutating func line(_ body: (inout JSONText) -> Void) {
        separate()
        bytes.append(0x0A)
        needsComma = false
        object(body)
    }

    /// Goes by stretches that need no escape: most texts are one.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for (at, byte) in utf8.enumerated() where JSONText.needsEscape(byte) {
                bytes += utf8[start..<at]
                escape(byte)
                start = at + 1
            }
            bytes += utf8[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): bytes += #"\""#.utf8
        case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
        case 0x0A: bytes += #"\n"#.utf8
        case 0x0D: bytes += #"\r"#.utf8
        case 0x09: bytes += #"\t"#.utf8
        default:
            let hex = String(byte, radix: 16)
            bytes += (#"\u"# + String(repeating: "0", count: 4 - hex.utf8.count) + hex).utf8
        }
    }
}
