/// A reader of JSON (RFC 8259) that keeps the places of strings. Dockerfiles use JSON for the exec form; whether text
/// is taken as JSON or as a shell command depends on its being valid, so the reader is strict.
struct JSONScanner {
    /// How deep values may nest.
    static let maximumDepth = 10_000

    private let bytes: [UInt8]
    private let end: Int
    private(set) var at: Int

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// What an array turned out to be.
    enum ArrayOfStrings: Equatable {
        /// Strings with the ranges of their tokens, quotes included.
        case strings([(text: String, range: Range<Int>)])
        /// Valid JSON, but the element at the range is not a string.
        case otherElement(Range<Int>)
        /// Not a JSON array.
        case invalid

        static func == (left: ArrayOfStrings, right: ArrayOfStrings) -> Bool {
            switch (left, right) {
            case (.strings(let left), .strings(let right)): left.elementsEqual(right) { $0 == $1 }
            case (.otherElement(let left), .otherElement(let right)): left == right
            case (.invalid, .invalid): true
            default: false
            }
        }
    }

    /// Reads an array that fills the rest of the text.
    mutating func arrayOfStrings() -> ArrayOfStrings {
        skipSpace()
        guard take("[") else { return .invalid }
        var strings: [(text: String, range: Range<Int>)] = []
        var other: Range<Int>?
        skipSpace()
        if !take("]") {
            while true {
                skipSpace()
                let start = at
                if peek == UInt8(ascii: "\"") {
                    guard let text = string() else { return .invalid }
                    strings.append((text, start..<at))
                } else {
                    guard skipValue(depth: 1) else { return .invalid }
                    other = other ?? start..<at
                }
                skipSpace()
                if take(",") { continue }
                guard take("]") else { return .invalid }
                break
            }
        }
        skipSpace()
        guard at == end else { return .invalid }
        if let other { return .otherElement(other) }
        return .strings(strings)
    }

    /// Reads an object that fills the rest of the text and returns the string under `key`, if there is one.
    mutating func objectMember(_ key: String) -> (text: String, range: Range<Int>)? {
        var found: (text: String, range: Range<Int>)?
        skipSpace()
        guard take("{") else { return nil }
        skipSpace()
        if !take("}") {
            while true {
                skipSpace()
                guard let name = string() else { return nil }
                skipSpace()
                guard take(":") else { return nil }
                skipSpace()
                let start = at
                if peek == UInt8(ascii: "\"") {
                    guard let text = string() else { return nil }
                    if name == key { found = (text, start..<at) }
                } else {
                    guard skipValue(depth: 1) else { return nil }
                    if name == key { found = nil }
                }
                skipSpace()
                if take(",") { continue }
                guard take("}") else { return nil }
                break
            }
        }
        skipSpace()
        return at == end ? found : nil
    }

    private var peek: UInt8? { at < end ? bytes[at] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < end, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() { while at < end, ByteClass.isJSONSpace(bytes[at]) { at += 1 } }

    /// Reads a string token.
    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while at < end {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard escape(into: &text) else { return nil }
            case 0..<0x20:
                return nil
            default:
                text.append(byte)
                at += 1
            }
        }
        return nil
    }

    /// Reads an escape. A lone surrogate becomes U+FFFD.
    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard at + 1 < end else { return false }
        at += 2
        switch bytes[at - 1] {
        case UInt8(ascii: "\""): text.append(0x22)
        case UInt8(ascii: "\\"): text.append(0x5C)
        case UInt8(ascii: "/"): text.append(0x2F)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard var unit = hexUnit(at: at) else { return false }
            at += 4
            if unit & 0xFC00 == 0xD800, at + 1 < end, bytes[at] == UInt8(ascii: "\\"),
                bytes[at + 1] == UInt8(ascii: "u"),
                let low = hexUnit(at: at + 2), low & 0xFC00 == 0xDC00
            {
                unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
                at += 6
            }
            text.append(contentsOf: String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
        default: return false
        }
        return true
    }

    private func hexUnit(at index: Int) -> UInt32? {
        guard index + 4 <= end else { return nil }
        var unit: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Skips a value of any kind. Nesting is followed with a stack of its own, so that deep text is no danger.
    private mutating func skipValue(depth: Int) -> Bool {
        /// True for an object, false for an array.
        var open: [Bool] = []
        while true {
            skipSpace()
            if take("[") || take("{") {
                let isObject = bytes[at - 1] == UInt8(ascii: "{")
                guard open.count + depth < JSONScanner.maximumDepth else { return false }
                skipSpace()
                if !take(isObject ? "}" : "]") {
                    open.append(isObject)
                    if isObject, !memberName() { return false }
                    continue
                }
            } else if peek == UInt8(ascii: "\"") {
                guard string() != nil else { return false }
            } else if !literal(), !number() {
                return false
            }
            // A value is complete: close what ends here, or go on to the next value.
            while let isObject = open.last {
                skipSpace()
                if take(",") {
                    if isObject, !memberName() { return false }
                    break
                }
                guard take(isObject ? "}" : "]") else { return false }
                open.removeLast()
            }
            if open.isEmpty { return true }
        }
    }

    private mutating func memberName() -> Bool {
        skipSpace()
        guard string() != nil else { return false }
        skipSpace()
        return take(":")
    }

    private mutating func literal() -> Bool {
        for word in ["true", "false", "null"] where bytes[at..<end].starts(with: word.utf8) {
            at += word.utf8.count
            return true
        }
        return false
    }

    private mutating func number() -> Bool {
        let start = at
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() else { return false }
        }
        // A number no double can hold makes the text invalid, as it does for BuildKit.
        return Double(String(decoding: bytes[start..<at], as: UTF8.self))?.isFinite ?? false
    }

    private mutating func digits() -> Bool {
        let start = at
        while at < end, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
        return at > start
    }
}
