import DockerfileSyntax

/// The text of a shell script inside a Dockerfile, and the way back to the places its bytes are written at.
public struct ScriptText: Sendable {
    /// The script: continuation lines joined, comment lines between them left out.
    public private(set) var bytes: [UInt8] = []
    /// Stretches of ``bytes`` that are contiguous in the source, in order: where each starts here and there. Empty when
    /// the text is not written as it is, as in the exec form.
    private var pieces: [(start: Int, source: Int)] = []

    /// The arguments of an instruction in shell form, heredocs left out.
    init(argumentsOf node: SyntaxNode, source: SourceText, escape: UInt8) {
        guard let range = node.argumentsRange else { return }
        var number = source.lineNumber(of: range.start)
        var start = range.start
        while start < range.end {
            let end = min(source.lineRange(number).end, range.end)
            let text = source.bytes[start..<max(start, end)]
            let isFirst = start == range.start
            let first = text.first { !ScriptText.isBlank($0) }
            // Between the lines of an instruction, comments and empty lines do not count.
            if isFirst || (first != nil && first != UInt8(ascii: "#")) {
                append(ScriptText.withoutContinuation(text, escape))
            }
            number += 1
            let next = source.lineRange(number).start
            guard next > start else { break }
            start = next
        }
    }

    /// The content of a heredoc.
    init(contentOf heredoc: Heredoc, source: SourceText) {
        append(source.bytes[heredoc.contentRange.indices])
    }

    /// A text without a way back.
    init(_ text: String) { bytes = Array(text.utf8) }

    /// Where a stretch is written; nil when it is not written anywhere as it is. Covers what stands between its lines.
    public func sourceRange(_ range: Range<Int>) -> SourceRange? {
        guard !pieces.isEmpty, range.lowerBound >= 0, range.upperBound <= bytes.count, !range.isEmpty else {
            return nil
        }
        return SourceRange(start: sourceOffset(range.lowerBound), end: sourceOffset(range.upperBound - 1) + 1)
    }

    /// The text of a stretch.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// True when there is a way back.
    var isWritten: Bool { !pieces.isEmpty }

    private mutating func append(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return }
        pieces.append((bytes.count, text.startIndex))
        bytes += text
    }

    private func sourceOffset(_ offset: Int) -> Int {
        var low = 0
        var high = pieces.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].start <= offset { low = middle } else { high = middle }
        }
        return pieces[low].source + offset - pieces[low].start
    }

    private static func withoutContinuation(_ line: ArraySlice<UInt8>, _ escape: UInt8) -> ArraySlice<UInt8> {
        var end = line.endIndex
        while end > line.startIndex, isBlank(line[end - 1]) { end -= 1 }
        guard end > line.startIndex, line[end - 1] == escape else { return line }
        if end - 2 >= line.startIndex, line[end - 2] == escape { return line }
        return line[line.startIndex..<end - 1]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
