/// Collects expanded text into words and remembers where each was written.
struct WordSplitter {
    private var words: [WordExpander.SplitWord] = []
    private var text: [UInt8] = []
    private var start: Int?
    private var end = 0

    /// Adds text that stays together whatever it holds: quoted or escaped.
    mutating func add(quoted bytes: some Sequence<UInt8>, from range: Range<Int>) {
        if start == nil { start = range.lowerBound }
        end = range.upperBound
        text.append(contentsOf: bytes)
    }

    /// Adds text that is split at its spaces.
    mutating func add(splitting bytes: [UInt8], from range: Range<Int>) {
        var index = 0
        while index < bytes.count {
            let space = ByteClass.spaceLength(bytes, at: index, end: bytes.count)
            if space > 0 {
                flush(at: range.lowerBound)
                index += space
            } else {
                add(quoted: CollectionOfOne(bytes[index]), from: range)
                index += 1
            }
        }
    }

    /// A space that separates words.
    mutating func space() { flush(at: end) }

    /// Forgets the text of the word that has not ended.
    mutating func dropText() {
        text.removeAll(keepingCapacity: true)
        start = nil
    }

    /// The words, when all text is added.
    mutating func finish(at end: Int) -> [WordExpander.SplitWord] {
        flush(at: end)
        return words
    }

    private mutating func flush(at position: Int) {
        if !text.isEmpty {
            words.append(
                .init(
                    text: String(decoding: text, as: UTF8.self),
                    range: (start ?? position)..<max(end, start ?? position)))
            text.removeAll(keepingCapacity: true)
        }
        // Quotes around nothing do not start the next word, but the next word may begin with them.
        start = nil
    }
}
