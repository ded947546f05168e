/// A path or a file name exactly as the kernel keeps it: bytes without NUL, components separated by `/`.
///
/// A name on Linux need not be UTF-8, and `String` silently repairs what is not, so every name that comes from a
/// disk or an archive is carried in this form.
public typealias PathBytes = [UInt8]

extension PathBytes {
    /// The separator of path components.
    static var slash: UInt8 { 0x2F }

    /// The path for people: valid UTF-8 as it is, control characters, backslashes and other bytes escaped.
    ///
    /// The result is one line and lossless: `\n`, `\t`, `\\` and `\xNN` stand for the bytes that are not printed.
    public var displayName: String {
        var result = ""
        var rest = self[...]
        while let byte = rest.first {
            let (scalar, length) = UTF8Scalar.decode(rest)
            switch byte {
            case 0x0A: result += "\\n"
            case 0x09: result += "\\t"
            case 0x5C: result += "\\\\"
            case 0x00..<0x20, 0x7F: result += Self.hexEscape(byte)
            default:
                if let scalar {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += Self.hexEscape(byte)
                }
            }
            rest = rest.dropFirst(length)
        }
        return result
    }

    private static func hexEscape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "\\x0\(digits)" : "\\x\(digits)"
    }

    /// The shortest path that names the same thing lexically: no empty components, no `.`, and `..` resolved as far
    /// as the text allows. The empty path becomes `.`; a leading `/` stays and swallows the `..` that follow it.
    public var cleaned: PathBytes {
        guard let first else { return [0x2E] }
        let rooted = first == Self.slash
        var kept: [ArraySlice<UInt8>] = []
        for component in split(separator: Self.slash) {
            if component.elementsEqual([0x2E]) { continue }
            if component.elementsEqual([0x2E, 0x2E]) {
                if let last = kept.last, !last.elementsEqual([0x2E, 0x2E]) {
                    kept.removeLast()
                    continue
                }
                if rooted { continue }
            }
            kept.append(component)
        }
        let body = PathBytes(kept.joined(separator: [Self.slash]))
        if rooted { return [Self.slash] + body }
        return body.isEmpty ? [0x2E] : body
    }

    /// This path followed by one more component or relative path; an empty path adds no separator.
    public func appending(component: some Sequence<UInt8>) -> PathBytes {
        guard let last else { return PathBytes(component) }
        return last == Self.slash ? self + component : self + [Self.slash] + component
    }
}

/// Decoding of one UTF-8 scalar at the start of some bytes.
enum UTF8Scalar {
    /// The scalar at the start of `bytes` and its length; `nil` and 1 when the bytes are not UTF-8 there.
    ///
    /// The bytes must not be empty.
    static func decode(_ bytes: some RandomAccessCollection<UInt8>) -> (scalar: Unicode.Scalar?, length: Int) {
        guard let first = bytes.first else { return (nil, 1) }
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length: Int
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF: length = 3
        case 0xF0...0xF4: length = 4
        default: return (nil, 1)
        }
        guard bytes.count >= length else { return (nil, 1) }
        var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        for byte in bytes.dropFirst().prefix(length - 1) {
            guard byte & 0xC0 == 0x80 else { return (nil, 1) }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= smallest, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
        return (scalar, length)
    }
}
