/// A half-open range of UTF-8 byte offsets in a Dockerfile's text.
///
/// Lines and columns are computed from offsets only when something is shown to a person; see ``SourceText``.
public struct SourceRange: Hashable, Sendable {
    /// Offset of the first byte.
    public var start: Int
    /// Offset just past the last byte.
    public var end: Int

    /// Creates the range `start..<end`.
    public init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}

extension SourceRange {
    /// An empty range at an offset.
    public init(at offset: Int) { self.init(start: offset, end: offset) }

    /// Number of bytes.
    public var count: Int { end - start }

    /// The offsets of the bytes.
    public var indices: Range<Int> { start..<end }

    /// True when the other range lies within this one.
    public func contains(_ other: SourceRange) -> Bool { start <= other.start && other.end <= end }
}
