/// The bytes of a Dockerfile and where its lines begin.
///
/// Offsets everywhere in this module count bytes of ``bytes``. A file that is valid UTF-8 (any other is tolerated only
/// as far as comments go) has the same offsets in `text.utf8`.
public struct SourceText: Hashable, Sendable {
    /// The file's name as it is shown in messages.
    public let path: String
    /// The file as it was read, a byte order mark included.
    public let bytes: [UInt8]
    /// Offset of the first byte of every line; a byte order mark belongs to no line.
    let lineStarts: [Int]

    /// Takes over the bytes of a file.
    public init(_ bytes: [UInt8], path: String) {
        self.path = path
        self.bytes = bytes
        var starts = [SourceText.hasByteOrderMark(bytes) ? 3 : 0]
        bytes.withUnsafeBufferPointer { buffer in
            for index in buffer.indices where buffer[index] == UInt8(ascii: "\n") { starts.append(index + 1) }
        }
        lineStarts = starts
    }

    /// Takes over the text of a file.
    public init(_ text: String, path: String) { self.init(Array(text.utf8), path: path) }

    /// The whole file as text; bytes that are not UTF-8 are replaced by U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Number of lines; text behind the last line feed counts as a line even when it is empty.
    public var lineCount: Int { lineStarts.count }

    /// True when the first line ends with a carriage return and a line feed.
    public var usesCarriageReturns: Bool {
        guard lineStarts.count > 1 else { return false }
        let feed = lineStarts[1] - 1
        return feed > 0 && bytes[feed - 1] == UInt8(ascii: "\r")
    }

    /// Line and column of an offset, both counted from 1. Columns count Unicode scalars. An offset outside the text is
    /// taken for the nearest one inside.
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let line = lineNumber(of: offset)
        let start = lineStarts[line - 1]
        let end = min(max(offset, start), bytes.count)
        return (line, 1 + scalarCount(start..<end))
    }

    /// The line an offset stands in, counted from 1.
    public func lineNumber(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// A line without its line ending, counted from 1; empty when there is no such line.
    public func line(_ number: Int) -> Substring {
        Substring(String(decoding: bytes[lineRange(number).indices], as: UTF8.self))
    }

    /// The bytes of a line without its line ending; an empty range at the end of the text when there is no such line.
    public func lineRange(_ number: Int) -> SourceRange {
        guard number >= 1, number <= lineStarts.count else { return SourceRange(start: bytes.count, end: bytes.count) }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return SourceRange(start: start, end: end)
    }

    /// The text of a range; the part outside the file is left out.
    public func text(in range: SourceRange) -> String {
        let start = min(max(range.start, 0), bytes.count)
        let end = min(max(range.end, start), bytes.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Scalars in a stretch of bytes. Continuation bytes are those that start no scalar.
    private func scalarCount(_ range: Range<Int>) -> Int {
        var count = 0
        for index in range where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    static func hasByteOrderMark(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }
}
