/// Why a line is not comma-separated values (RFC 4180).
public enum CommaSeparatedError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    /// A quote inside a field that does not begin with one; column in bytes, from 1.
    case bareQuote(column: Int)
    /// A quoted field that does not end, or text behind its end; column in bytes, from 1.
    case misplacedQuote(column: Int)

    /// The message.
    public var description: String {
        switch self {
        case .empty: "EOF"
        case .bareQuote(let column): "parse error on line 1, column \(column): bare \" in non-quoted-field"
        case .misplacedQuote(let column):
            "parse error on line 1, column \(column): extraneous or missing \" in quoted-field"
        }
    }
}

/// The fields of a line of comma-separated values, where a field may be in double quotes.
func commaSeparatedFields(_ line: String) throws(CommaSeparatedError) -> [String] {
    let bytes = Array(line.utf8)
    guard !bytes.isEmpty else { throw .empty }
    let quote = UInt8(ascii: "\"")
    let comma = UInt8(ascii: ",")
    var fields: [String] = []
    var at = 0
    while true {
        if at < bytes.count, bytes[at] == quote {
            at += 1
            var field: [UInt8] = []
            while true {
                guard let next = bytes[at...].firstIndex(of: quote) else { throw .misplacedQuote(column: at + 1) }
                field += bytes[at..<next]
                at = next + 1
                guard at < bytes.count, bytes[at] == quote else { break }
                // A doubled quote stands for one.
                field.append(quote)
                at += 1
            }
            fields.append(String(decoding: field, as: UTF8.self))
            if at == bytes.count { return fields }
            guard bytes[at] == comma else { throw .misplacedQuote(column: at) }
            at += 1
        } else {
            let end = bytes[at...].firstIndex(of: comma) ?? bytes.count
            if let bare = bytes[at..<end].firstIndex(of: quote) { throw .bareQuote(column: bare + 1) }
            fields.append(String(decoding: bytes[at..<end], as: UTF8.self))
            if end == bytes.count { return fields }
            at = end + 1
        }
    }
}
