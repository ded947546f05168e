/// One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1).
struct Challenge: Equatable, Sendable {
    /// Lower-case: `bearer`, `basic`.
    let scheme: String
    /// Names are lower-case.
    let parameters: [String: String]

    /// All challenges of all `WWW-Authenticate` headers of an answer. What cannot be read ends the parsing of that
    /// header: the challenges before it count.
    static func parse(_ headers: [String]) -> [Challenge] {
        headers.flatMap { header in
            var reader = Reader(bytes: Array(header.utf8))
            return reader.challenges()
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func challenges() -> [Challenge] {
            var found: [Challenge] = []
            skipSeparators()
            while let scheme = token() {
                skipSpace()
                var parameters: [String: String] = [:]
                while let (name, value) = parameter() {
                    // A repeated parameter is an error in the specification; the first one counts, so that none can be
                    // overridden.
                    if parameters[name] == nil { parameters[name] = value }
                    skipSeparators()
                }
                found.append(Challenge(scheme: scheme.lowercased(), parameters: parameters))
                skipSeparators()
            }
            return found
        }

        /// `name=value`; leaves the position alone where a new challenge begins instead.
        private mutating func parameter() -> (String, String)? {
            let start = position
            guard let name = token() else { return nil }
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
                position = start
                return nil
            }
            position += 1
            skipSpace()
            guard let value = quoted() ?? token() else {
                position = bytes.count
                return nil
            }
            return (name.lowercased(), value)
        }

        private mutating func token() -> String? {
            let start = position
            while position < bytes.count, Self.isTokenByte(bytes[position]) { position += 1 }
            return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
        }

        private mutating func quoted() -> String? {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
            var value: [UInt8] = []
            var index = position + 1
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    position = index + 1
                    return String(decoding: value, as: UTF8.self)
                case UInt8(ascii: "\\") where index + 1 < bytes.count:
                    value.append(bytes[index + 1])
                    index += 2
                default:
                    value.append(bytes[index])
                    index += 1
                }
            }
            return nil
        }

        private mutating func skipSpace() {
            while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
        }

        private mutating func skipSeparators() {
            while position < bytes.count, [32, 9, UInt8(ascii: ",")].contains(bytes[position]) { position += 1 }
        }

        private static func isTokenByte(_ byte: UInt8) -> Bool {
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: "!#$%&'*+-.^_`|~/:".utf8.contains(byte)
            }
        }
    }
}
