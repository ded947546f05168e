/// `<<NAME` with its parts.
struct HeredocOpener: Hashable {
    var name: String
    var expands: Bool
    var stripsTabs: Bool
    var fileDescriptor: UInt64

    /// Recognises a heredoc in a word, `[number]<<[-][blanks]NAME`. Nil when the word is none.
    ///
    /// Errors: the delimiter's quotes or substitutions are malformed.
    init?(_ word: String) throws(WordError) {
        let bytes = Array(word.utf8)
        var at = 0
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
        guard bytes[at...].starts(with: "<<".utf8) else { return nil }
        // A number too big is the biggest, and an absent one 0.
        let number = bytes[..<at]
        at += 2
        let stripsTabs = at < bytes.count && bytes[at] == UInt8(ascii: "-")
        if stripsTabs { at += 1 }
        while at < bytes.count, ByteClass.isBlank(bytes[at]) && bytes[at] != 0x0B || bytes[at] == 0x0A { at += 1 }
        let rest = Array(bytes[at...])
        guard !rest.isEmpty, !rest.contains(UInt8(ascii: "<")) else { return nil }

        // A quoted delimiter shows by its quotes being gone from the plain form.
        let plain = try HeredocOpener.words(rest, WordExpander(escape: "\\", skipUnset: true))
        guard plain.count == 1 else { return nil }
        let raw = try HeredocOpener.words(rest, WordExpander(escape: "\\", rawQuotes: true, skipUnset: true))
        name = plain[0].text
        expands = HeredocOpener.quotes(plain[0].text) == raw.reduce(0) { $0 + HeredocOpener.quotes($1.text) }
        self.stripsTabs = stripsTabs
        fileDescriptor = number.isEmpty ? 0 : UInt64(String(decoding: number, as: UTF8.self)) ?? .max
    }

    private static func words(
        _ text: [UInt8], _ expander: WordExpander
    ) throws(WordError) -> [WordExpander.SplitWord] {
        try expander.split(text, EmptyEnvironment(), droppingTextBeforeOperators: true).words
    }

    private static func quotes(_ text: String) -> Int {
        text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "'") || $1 == UInt8(ascii: "\"") ? 1 : 0) }
    }

    /// The heredocs of a logical line, with their ranges in it. A line with unbalanced quotes has none.
    static func all(in line: [UInt8]) throws(WordError) -> [(opener: HeredocOpener, range: Range<Int>)] {
        let expander = WordExpander(escape: "\\", rawQuotes: true, rawEscapes: true, skipUnset: true)
        guard let words = try? words(line, expander) else { return [] }
        var openers: [(HeredocOpener, Range<Int>)] = []
        for word in words {
            guard word.text.utf8.contains(UInt8(ascii: "<")) else { continue }
            if let opener = try HeredocOpener(word.text) { openers.append((opener, word.range)) }
        }
        return openers
    }
}
