/// The regular expression that Docker makes of an ignore pattern with wildcards, matched without backtracking.
///
/// Docker rewrites a pattern to a regular expression of Go and matches that, so some patterns mean what the regular
/// expression says and not what a shell would: `\d` is a digit, `[[:alpha:]]` a letter, a `^` behind the first
/// character never matches. The dialect that can come out of the rewriting is small: literals, `.`, classes, `*`,
/// one optional group `(.*/)?`, anchors and escapes. Matching keeps the set of positions reachable after each item,
/// so its time is bounded by items times length, whatever the pattern.
struct IgnoreExpression: Sendable {
    /// A set of characters.
    struct CharacterSet: Sendable {
        var negated = false
        var ranges: [ClosedRange<UInt32>] = []

        func contains(_ value: UInt32) -> Bool {
            for range in ranges where range.contains(value) { return !negated }
            return negated
        }

        static let all = CharacterSet(negated: true)
        static let notNewline = CharacterSet(negated: true, ranges: [0x0A...0x0A])
        static let notSlash = CharacterSet(negated: true, ranges: [0x2F...0x2F])
        static let word = CharacterSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    }

    enum Item: Sendable {
        case literal([UInt8])
        case one(CharacterSet)
        /// Any number of characters of the set.
        case many(CharacterSet)
        /// `(.*/)?`: nothing, or anything that ends with a slash.
        case directories
        case start
        case end
        case wordBoundary(Bool)
    }

    let items: [Item]
    /// Bytes every match starts with; checked first because it settles most paths.
    private let prefix: [UInt8]
    /// Bytes every match ends with.
    private let suffix: [UInt8]

    init(items: [Item]) {
        self.items = items
        if case .literal(let bytes)? = items.first { prefix = bytes } else { prefix = [] }
        if items.count > 1, case .literal(let bytes)? = items.last { suffix = bytes } else { suffix = [] }
    }

    /// Whether the expression matches the whole path.
    func matches(_ path: UnsafeRawBufferPointer) -> Bool {
        guard path.count >= prefix.count, path.count >= suffix.count, path.starts(with: prefix) else { return false }
        var index = path.count - suffix.count
        for byte in suffix {
            if path[index] != byte { return false }
            index += 1
        }
        return withUnsafeTemporaryAllocation(of: Bool.self, capacity: path.count + 1) { reached in
            reached.initialize(repeating: false)
            reached[0] = true
            for item in items where !apply(item, path, reached) { return false }
            return reached[path.count]
        }
    }

    /// Replaces the reached positions by those reached after the item; false when none is left.
    private func apply(
        _ item: Item, _ path: UnsafeRawBufferPointer, _ reached: UnsafeMutableBufferPointer<Bool>
    ) -> Bool {
        let count = path.count
        var any = false
        switch item {
        case .literal(let bytes):
            // From the end, so that a position written is never read again.
            for position in stride(from: count, through: 0, by: -1) where reached[position] {
                reached[position] = false
                if count - position >= bytes.count, path[position...].starts(with: bytes) {
                    reached[position + bytes.count] = true
                    any = true
                }
            }
        case .one(let set):
            for position in stride(from: count, through: 0, by: -1) where reached[position] {
                reached[position] = false
                guard position < count else { continue }
                let (value, length) = Self.character(path, at: position)
                if set.contains(value) {
                    reached[position + length] = true
                    any = true
                }
            }
        case .many(let set):
            for position in 0..<count where reached[position] {
                let (value, length) = Self.character(path, at: position)
                if set.contains(value) { reached[position + length] = true }
            }
            return true
        case .directories:
            var open = false
            for position in 0..<count {
                // A position behind a slash was either reached before, or is now from the one that is open.
                let already = reached[position]
                if open && position > 0 && path[position - 1] == 0x2F { reached[position] = true }
                if path[position] == 0x0A { open = false } else if already { open = true }
            }
            if open && count > 0 && path[count - 1] == 0x2F { reached[count] = true }
            return true
        case .start:
            for position in 0...count where position > 0 { reached[position] = false }
            return reached[0]
        case .end:
            for position in 0..<count { reached[position] = false }
            return reached[count]
        case .wordBoundary(let wanted):
            for position in 0...count where reached[position] {
                let before = position > 0 && CharacterSet.word.contains(UInt32(path[position - 1]))
                let after = position < count && CharacterSet.word.contains(UInt32(path[position]))
                if (before != after) == wanted { any = true } else { reached[position] = false }
            }
        }
        return any
    }

    /// The character at a position; a byte that is not UTF-8 counts as U+FFFD, as in Go.
    private static func character(_ path: UnsafeRawBufferPointer, at position: Int) -> (value: UInt32, length: Int) {
        let byte = path[position]
        if byte < 0x80 { return (UInt32(byte), 1) }
        let (scalar, length) = UTF8Scalar.decode(path[position...])
        return (scalar?.value ?? 0xFFFD, length)
    }
}
