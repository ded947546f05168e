/// One shell-style pattern of `COPY` and `ADD` sources, with the meaning of Go's `filepath.Match`.
///
/// `*` matches any run of bytes other than `/`, `?` one character other than `/`, `[a-z]` and `[^a-z]` one character
/// of a class, and `\` makes the next character plain. The whole name must match. A character is a UTF-8 scalar;
/// a byte that is not UTF-8 counts as one character.
public struct PathPattern: Hashable, Sendable {
    /// The pattern as written.
    public let bytes: PathBytes

    /// True when the pattern contains `*`, `?` or `[`, that is, when BuildKit expands it against the tree.
    public var hasWildcard: Bool { Self.hasWildcard(bytes) }

    /// Checks the pattern.
    ///
    /// - Throws: ``BuildContextError/badPattern(pattern:file:line:)`` for a class without end, an empty range or a
    ///   backslash at the end.
    public init(_ bytes: PathBytes) throws(BuildContextError) {
        self.bytes = bytes
        // Matching anything checks the whole pattern.
        if Self.match(bytes[...], [][...]) == nil {
            throw .badPattern(pattern: bytes.displayName, file: nil, line: nil)
        }
    }

    /// Checks the pattern, given as text.
    public init(_ text: String) throws(BuildContextError) {
        try self.init(PathBytes(text.utf8))
    }

    /// Whether `name` matches the whole pattern.
    public func matches(_ name: some Collection<UInt8>) -> Bool {
        Self.match(bytes[...], PathBytes(name)[...]) ?? false
    }

    /// True when a path has a byte with a meaning in patterns. A backslash before it makes it plain.
    public static func hasWildcard(_ bytes: some Sequence<UInt8>) -> Bool {
        var escaped = false
        for byte in bytes {
            if escaped {
                escaped = false
            } else if byte == Byte.backslash {
                escaped = true
            } else if byte == Byte.star || byte == Byte.question || byte == Byte.open {
                return true
            }
        }
        return false
    }

    enum Byte {
        static let star: UInt8 = 0x2A
        static let question: UInt8 = 0x3F
        static let open: UInt8 = 0x5B
        static let close: UInt8 = 0x5D
        static let backslash: UInt8 = 0x5C
        static let caret: UInt8 = 0x5E
        static let dash: UInt8 = 0x2D
        static let slash: UInt8 = 0x2F
    }

    /// Whether the pattern matches; `nil` when it is malformed, even behind the place where the match fails.
    static func match(_ wholePattern: ArraySlice<UInt8>, _ wholeName: ArraySlice<UInt8>) -> Bool? {
        var pattern = wholePattern
        var name = wholeName
        search: while !pattern.isEmpty {
            let (star, chunk, rest) = nextChunk(pattern)
            pattern = rest
            if star && chunk.isEmpty { return !name.contains(Byte.slash) }
            // A chunk at the end must use the name up, or a longer run under the star has to be tried.
            switch matchChunk(chunk, name) {
            case .malformed: return nil
            case .matched(let remaining) where remaining.isEmpty || !pattern.isEmpty:
                name = remaining
                continue search
            case .matched, .different: break
            }
            if star {
                var start = name.startIndex
                while start < name.endIndex, name[start] != Byte.slash {
                    start += 1
                    switch matchChunk(chunk, name[start...]) {
                    case .malformed: return nil
                    case .matched(let remaining) where remaining.isEmpty || !pattern.isEmpty:
                        name = remaining
                        continue search
                    case .matched, .different: break
                    }
                }
            }
            // No match; what follows must still be a well-formed pattern.
            while !pattern.isEmpty {
                let (_, chunk, rest) = nextChunk(pattern)
                pattern = rest
                if case .malformed = matchChunk(chunk, [][...]) { return nil }
            }
            return false
        }
        return name.isEmpty
    }

    /// The stars at the start of a pattern, the part up to the next star outside brackets, and what is left.
    private static func nextChunk(
        _ pattern: ArraySlice<UInt8>
    ) -> (star: Bool, chunk: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        let body = pattern.drop { $0 == Byte.star }
        var inClass = false
        var index = body.startIndex
        scan: while index < body.endIndex {
            switch body[index] {
            case Byte.backslash: if index + 1 < body.endIndex { index += 1 }
            case Byte.open: inClass = true
            case Byte.close: inClass = false
            case Byte.star: if !inClass { break scan }
            default: break
            }
            index += 1
        }
        return (body.startIndex != pattern.startIndex, body[..<index], body[index...])
    }

    private enum ChunkMatch {
        case malformed
        case different
        /// The chunk matches the start of the name, and this is left of it.
        case matched(ArraySlice<UInt8>)
    }

    /// Matches a chunk without stars against the start of `name`. The chunk is read to its end even when it does not
    /// match, so that a malformed one is always noticed.
    private static func matchChunk(_ chunk: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> ChunkMatch {
        var chunk = chunk
        var name = name
        var failed = false
        while let byte = chunk.first {
            if !failed && name.isEmpty { failed = true }
            switch byte {
            case Byte.open:
                var value: UInt32 = 0
                if !failed {
                    let (scalar, length) = UTF8Scalar.decode(name)
                    value = scalar?.value ?? 0xFFFD
                    name = name.dropFirst(length)
                }
                chunk = chunk.dropFirst()
                let negated = chunk.first == Byte.caret
                if negated { chunk = chunk.dropFirst() }
                var found = false
                var ranges = 0
                while true {
                    if chunk.first == Byte.close && ranges > 0 {
                        chunk = chunk.dropFirst()
                        break
                    }
                    guard let low = classCharacter(&chunk) else { return .malformed }
                    var high = low
                    if chunk.first == Byte.dash {
                        chunk = chunk.dropFirst()
                        guard let end = classCharacter(&chunk) else { return .malformed }
                        high = end
                    }
                    if low <= value && value <= high { found = true }
                    ranges += 1
                }
                if found == negated { failed = true }
            case Byte.question:
                if !failed {
                    if name.first == Byte.slash { failed = true }
                    name = name.dropFirst(UTF8Scalar.decode(name).length)
                }
                chunk = chunk.dropFirst()
            default:
                var literal = byte
                if byte == Byte.backslash {
                    chunk = chunk.dropFirst()
                    guard let next = chunk.first else { return .malformed }
                    literal = next
                }
                if !failed {
                    if name.first != literal { failed = true }
                    name = name.dropFirst()
                }
                chunk = chunk.dropFirst()
            }
        }
        return failed ? .different : .matched(name)
    }

    /// One character of a class, unescaped; nil when there is none or the class ends with it.
    private static func classCharacter(_ chunk: inout ArraySlice<UInt8>) -> UInt32? {
        guard let first = chunk.first, first != Byte.dash, first != Byte.close else { return nil }
        if first == Byte.backslash {
            chunk = chunk.dropFirst()
            if chunk.isEmpty { return nil }
        }
        let (scalar, length) = UTF8Scalar.decode(chunk)
        guard let scalar else { return nil }
        chunk = chunk.dropFirst(length)
        return chunk.isEmpty ? nil : scalar.value
    }
}
