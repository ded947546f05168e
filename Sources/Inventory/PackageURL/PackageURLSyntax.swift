/// The letters of package URLs: which are allowed where, and percent-encoding.
enum PackageURLSyntax {
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func check(type: String) throws(PackageURLError) {
        guard let first = type.utf8.first, !isDigit(first),
            type.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == 0x2E || $0 == 0x2D })
        else { throw .invalidType(type) }
    }

    /// Keys are in lower case; whoever takes others turns them into that first.
    static func check(qualifier key: String) throws(PackageURLError) {
        guard let first = key.utf8.first, !isDigit(first),
            key.utf8.allSatisfy({
                ($0 >= 0x61 && $0 <= 0x7A) || isDigit($0) || $0 == 0x2E || $0 == 0x2D || $0 == 0x5F
            })
        else { throw .invalidQualifier(key) }
    }

    /// The segments of a path that are not empty.
    static func segments(of path: String?) -> [String] {
        path?.split(separator: "/").map(String.init) ?? []
    }

    static func trimmingSlashes(_ text: String) -> String {
        var rest = Substring(text)
        while rest.first == "/" { rest.removeFirst() }
        while rest.last == "/" { rest.removeLast() }
        return String(rest)
    }

    /// Percent-encodes all but letters, digits, `.-_~` and the colon.
    static func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x2E, 0x2D, 0x5F, 0x7E, 0x3A: bytes.append(byte)
            default:
                if isLetter(byte) || isDigit(byte) {
                    bytes.append(byte)
                } else {
                    bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Takes percent-encoding away.
    static func decoded(_ text: some StringProtocol) throws(PackageURLError) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else {
                throw .invalidEncoding(String(text))
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .invalidEncoding(String(text)) }
        return decoded
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
