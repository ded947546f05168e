/// An instruction's line with its continuations joined, and the way back to the places its bytes come from.
struct LogicalLine {
    /// The joined text.
    private(set) var bytes: [UInt8] = []
    /// Stretches of ``bytes`` that are contiguous in the source, in order: where each starts here and there.
    private var pieces: [(start: Int, source: Int)] = []
    /// Where the line begins.
    private let anchor: Int

    /// Creates an empty line that begins at `anchor`.
    init(at anchor: Int) { self.anchor = anchor }

    /// Appends a stretch of the source.
    mutating func append(_ source: [UInt8], _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        pieces.append((bytes.count, range.lowerBound))
        bytes.append(contentsOf: source[range])
    }

    /// Where a stretch of the line is written. An empty stretch stands behind the byte before it, on that byte's line.
    func sourceRange(_ range: Range<Int>) -> SourceRange {
        guard !range.isEmpty else {
            return SourceRange(at: range.lowerBound > 0 ? sourceOffset(range.lowerBound - 1) + 1 : anchor)
        }
        return SourceRange(start: sourceOffset(range.lowerBound), end: sourceOffset(range.upperBound - 1) + 1)
    }

    /// The text of a stretch.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// A stretch as a word.
    func word(_ range: Range<Int>) -> Word { Word(text: text(range), range: sourceRange(range)) }

    /// The source offset of the byte at `offset`, which must be inside the line.
    private func sourceOffset(_ offset: Int) -> Int {
        var low = 0
        var high = pieces.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].start <= offset { low = middle } else { high = middle }
        }
        return pieces[low].source + offset - pieces[low].start
    }
}
