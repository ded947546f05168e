import OCI

/// Reads JSON from front to back without building more of it than is asked for.
///
/// The text may come from anybody: nesting is bounded, nothing is read twice, and what is malformed is an error with its
/// place.
struct JSONCursor {
    /// Deeper nesting is refused.
    static let depthLimit = 128

    private let bytes: [UInt8]
    /// The place of the next byte.
    private(set) var position = 0
    private var depth = 0

    /// Starts at the first byte. The bytes are not copied.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The whole text as a value.
    static func value(of bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var cursor = JSONCursor(bytes)
        let value = try cursor.value()
        try cursor.finish()
        return value
    }

    /// Whether the text is one whole value.
    static func isValue(_ bytes: [UInt8]) -> Bool {
        var cursor = JSONCursor(bytes)
        return (try? cursor.skip()) != nil && (try? cursor.finish()) != nil
    }

    /// The first byte of the next value; nil at the end.
    mutating func peek() -> UInt8? {
        skipBlanks()
        return position < bytes.count ? bytes[position] : nil
    }

    /// Makes sure that nothing follows.
    mutating func finish() throws(JSONFault) {
        if peek() != nil { throw fault("there is more after the value") }
    }

    /// Reads an object: `body` is called with each key and has to read or skip the value.
    mutating func object(
        _ body: (inout JSONCursor, String) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try enter(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return leave() }
        while true {
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw fault("a colon is missing") }
            try body(&self, key)
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw fault("a comma or brace is missing") }
            return leave()
        }
    }

    /// Reads an array: `body` is called for each element and has to read or skip it.
    mutating func array(_ body: (inout JSONCursor) throws(JSONFault) -> Void) throws(JSONFault) {
        try enter(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return leave() }
        while true {
            try body(&self)
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw fault("a comma or bracket is missing") }
            return leave()
        }
    }

    /// Reads any value.
    mutating func value() throws(JSONFault) -> JSONValue {
        switch peek() {
        case UInt8(ascii: "{"):
            var fields: [String: JSONValue] = [:]
            try object { (cursor, key) throws(JSONFault) in fields[key] = try cursor.value() }
            return .object(fields)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try array { (cursor) throws(JSONFault) in elements.append(try cursor.value()) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default: return try number()
        }
    }

    /// Reads a value and forgets it.
    mutating func skip() throws(JSONFault) {
        switch peek() {
        case UInt8(ascii: "{"): try object { (cursor, _) throws(JSONFault) in try cursor.skip() }
        case UInt8(ascii: "["): try array { (cursor) throws(JSONFault) in try cursor.skip() }
        case UInt8(ascii: "\""): try skipString()
        default: _ = try value()
        }
    }

    /// Reads a string; any other value is skipped and nil.
    mutating func optionalString() throws(JSONFault) -> String? {
        if peek() == UInt8(ascii: "\"") { return try string() }
        try skip()
        return nil
    }

    // MARK: - Parts

    private func fault(_ reason: String) -> JSONFault { JSONFault(offset: position, reason: reason) }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func enter(_ byte: UInt8) throws(JSONFault) {
        guard take(byte) else { throw fault("\(byte == UInt8(ascii: "{") ? "an object" : "an array") is expected") }
        depth += 1
        if depth > Self.depthLimit { throw fault("it is nested more than \(Self.depthLimit) levels deep") }
    }

    private mutating func leave() { depth -= 1 }

    private mutating func literal(_ text: StaticString) throws(JSONFault) {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[position...].starts(with: expected) else { throw fault("no value begins so") }
        position += expected.count
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = position
        loop: while position < bytes.count {
            switch bytes[position] {
            case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: position += 1
            default: break loop
            }
        }
        guard position > start, position - start <= 64 else { throw fault("no value begins so") }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw fault("\(text) is no number") }
        return .number(value)
    }

    private mutating func skipString() throws(JSONFault) {
        guard take(UInt8(ascii: "\"")) else { throw fault("a string is expected") }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        throw fault("a string does not end")
    }

    /// Reads a string.
    mutating func string() throws(JSONFault) -> String {
        guard take(UInt8(ascii: "\"")) else { throw fault("a string is expected") }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
            position += 1
        }
        guard position < bytes.count else { throw fault("a string does not end") }
        if bytes[position] == UInt8(ascii: "\"") {
            position += 1
            return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try appendEscape(to: &text)
            default: text.append(byte)
            }
        }
        throw fault("a string does not end")
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(JSONFault) {
        guard position < bytes.count else { throw fault("a string does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if code & 0xFC00 == 0xD800, bytes[position...].starts(with: [0x5C, 0x75]) {
                let mark = position
                position += 2
                let low = try fourDigits()
                if low & 0xFC00 == 0xDC00 {
                    code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
                } else {
                    position = mark
                }
            }
            // Half of a pair is no character.
            let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw fault("an escape sequence is not known")
        }
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt32 {
        guard position + 4 <= bytes.count,
            let code = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
        else { throw fault("an escape sequence is not complete") }
        position += 4
        return code
    }
}

/// What is wrong with JSON, and where.
struct JSONFault: Error, Hashable {
    /// The byte, counted from 0.
    var offset: Int
    /// What is wrong.
    var reason: String
}

extension JSONValue {
    /// An object's field; nil when there is none, it is null, or this is no object.
    subscript(_ key: String) -> JSONValue? {
        guard case .object(let fields) = self, let value = fields[key], value != .null else { return nil }
        return value
    }

    /// The text of a string.
    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The elements of an array; none for anything else.
    var elements: [JSONValue] {
        if case .array(let elements) = self { return elements }
        return []
    }

    /// The fields of an object; none for anything else.
    var fields: [String: JSONValue] {
        if case .object(let fields) = self { return fields }
        return [:]
    }

    /// The strings of an array.
    var texts: [String] { elements.compactMap(\.text) }

    /// A number's value.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
