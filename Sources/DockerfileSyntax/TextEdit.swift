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
        let ordered = edits.enumerated().sorted { left, right in
            let (left, right) = ((left.offset, left.element.range), (right.offset, right.element.range))
            return (left.1.start, left.1.end, left.0) < (right.1.start, right.1.end, right.0)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var end = 0
        var previous: TextEdit?
        for (_, edit) in ordered {
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
}

extension Dockerfile {
    /// The text after a set of edits; see ``SourceText/applying(_:)``.
    public func applying(_ edits: [TextEdit]) throws(TextEditError) -> [UInt8] { try source.applying(edits) }
}
