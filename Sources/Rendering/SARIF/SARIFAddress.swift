/// Addresses in SARIF. Only plain characters stand for themselves, so that nothing is taken for a scheme or a query.
enum SARIFAddress {
    /// A relative address, also of an absolute path: code scanning wants no other. `image` where nothing is left.
    static func path(_ text: String) -> String {
        let encoded = encoded(relative(text[...], droppingSlashes: true))
        return encoded.isEmpty ? "image" : encoded
    }

    /// A relative path as it is, an absolute one with its scheme.
    static func file(_ path: String) -> String {
        let rest = relative(path[...], droppingSlashes: false)
        return (rest.hasPrefix("/") ? "file://" : "") + encoded(rest)
    }

    private static func relative(_ path: Substring, droppingSlashes: Bool) -> Substring {
        var rest = path
        while rest.hasPrefix("./") || droppingSlashes && rest.hasPrefix("/") {
            rest = rest.dropFirst(rest.hasPrefix("/") ? 1 : 2)
        }
        return rest
    }

    private static func encoded(_ text: Substring) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
