/// A change of a Dockerfile's text: a stretch of it, which may be empty, and what takes its place.
public struct TextEdit: Hashable, Sendable {
    /// What is replaced; an empty range inserts.
    public var range: SourceRange
    /// The text that takes its place.
    public var replacement: String

    /// Creates an edit.
    public init(range: SourceRange, replacement: String) {
        self.range = range
        self.replacement = replacement
    }
}

/// Why edits cannot be applied.
public enum TextEditError: Error, Hashable, Sendable, CustomStringConvertible {
    case outsideText(TextEdit)
    case overlap(TextEdit, TextEdit)

    /// The message.
    public var description: String {
        switch self {
        case .outsideText(let edit): "edit of bytes \(edit.range.start)..<\(edit.range.end) is outside of the text"
        case .overlap(let first, let second):
            "edits of bytes \(first.range.start)..<\(first.range.end) and "
                + "\(second.range.start)..<\(second.range.end) overlap"
        }
    }
}

extension SourceText {
    /// The bytes after a set of edits. All other bytes stay as they are. The order of the edits does not matter, except
    /// that insertions at one place go in in the order given, before a replacement that begins there.
    ///
    /// Errors: an edit outside of the text, or two that overlap.
    public func applying(_ edits: [TextEdit]) throws(TextEditError) -> [UInt8] {
        let ordered = Self.inOrder(edits)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var end = 0
        var previous: TextEdit?
        for edit in ordered {
            guard edit.range.start >= 0, edit.range.start <= edit.range.end, edit.range.end <= bytes.count else {
                throw .outsideText(edit)
            }
            if let previous, edit.range.start < end { throw .overlap(previous, edit) }
            result += bytes[end..<edit.range.start]
            result += edit.replacement.utf8
            end = edit.range.end
            previous = edit
        }
        result += bytes[end...]
        return result
    }

    /// For each line of the text after a set of edits, in order, the line of this text that it begins in: for a line that
    /// was put in, the one that it was put in at. The edits are such as ``applying(_:)`` takes.
    public func originalLines(after edits: [TextEdit]) -> [Int] {
        let feed = UInt8(ascii: "\n")
        var lines = [1]
        var end = 0
        func copy(to limit: Int) {
            guard limit > end else { return }
            for index in end..<min(limit, bytes.count) where bytes[index] == feed {
                lines.append(lineNumber(of: index + 1))
            }
        }
        for edit in Self.inOrder(edits) {
            copy(to: edit.range.start)
            let line = lineNumber(of: edit.range.start)
            lines += repeatElement(line, count: edit.replacement.utf8.count { $0 == feed })
            end = edit.range.end
            // A line of which nothing but the end of a replaced stretch's own is left is that one.
            let isAtStart = edit.range.start == 0 || bytes[edit.range.start - 1] == feed
            let beginsLine = edit.replacement.isEmpty ? isAtStart : edit.replacement.hasSuffix("\n")
            if let last = lines.indices.last, edit.range.start < end, beginsLine {
                lines[last] = lineNumber(of: end)
            }
        }
        copy(to: bytes.count)
        return lines
    }

    private static func inOrder(_ edits: [TextEdit]) -> [TextEdit] {
        edits.enumerated().sorted { left, right in
            let (left, right) = ((left.offset, left.element.range), (right.offset, right.element.range))
            return (left.1.start, left.1.end, left.0) < (right.1.start, right.1.end, right.0)
        }.map(\.element)
    }
}

extension Dockerfile {
    /// The text after a set of edits; see ``SourceText/applying(_:)``.
    public func applying(_ edits: [TextEdit]) throws(TextEditError) -> [UInt8] { try source.applying(edits) }
}
