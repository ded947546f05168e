/// Expands variables and removes quotes and escapes, as the Dockerfile reference describes under "Environment
/// replacement".
///
/// Forms: `$name`, `${name}`, and with an operator `-`, `:-`, `+`, `:+`, `?`, `:?`, `#`, `##`, `%`, `%%`, `/`, `//`.
public struct WordExpander: Sendable {
    /// How deep substitutions may nest.
    public static let maximumDepth = 256

    /// The escape character, `\` or `` ` ``.
    public var escape: Character
    /// Keep quotes in the result.
    public var rawQuotes: Bool
    /// Keep escape characters in the result.
    public var rawEscapes: Bool
    /// Take quotes for ordinary characters; heredoc contents are expanded like this.
    public var ignoresQuotes: Bool
    /// Leave references to variables that are not set as they are.
    public var skipUnset: Bool

    /// Creates an expander. The modes are for text that is shown or passed on rather than used.
    public init(
        escape: Character, rawQuotes: Bool = false, rawEscapes: Bool = false, ignoresQuotes: Bool = false,
        skipUnset: Bool = false
    ) {
        self.escape = escape
        self.rawQuotes = rawQuotes
        self.rawEscapes = rawEscapes
        self.ignoresQuotes = ignoresQuotes
        self.skipUnset = skipUnset
    }

    /// A word after expansion.
    public struct Expansion: Hashable, Sendable {
        /// The text.
        public var result: String
        /// Variables that are referred to and set.
        public var matched: Set<String>
        /// Variables that are referred to and not set.
        public var unmatched: Set<String>
    }

    /// One of the words a text is split into.
    public struct SplitWord: Hashable, Sendable {
        /// The word.
        public var text: String
        /// Offsets in the UTF-8 of the text it comes from.
        public var range: Range<Int>
    }

    /// The words a text is split into after expansion.
    public struct SplitExpansion: Hashable, Sendable {
        /// The words.
        public var words: [SplitWord]
        /// Variables that are referred to and set.
        public var matched: Set<String>
        /// Variables that are referred to and not set.
        public var unmatched: Set<String>
    }

    /// Expands a word; spaces stay as they are.
    public func expand(_ word: String, _ environment: any EnvironmentLookup) throws(WordError) -> Expansion {
        if isPlain(word) { return Expansion(result: word, matched: [], unmatched: []) }
        var machine = ExpansionMachine(Array(word.utf8), self, environment)
        let result = try machine.whole(word)
        return Expansion(
            result: String(decoding: result, as: UTF8.self), matched: machine.matched, unmatched: machine.unmatched)
    }

    /// Expands a text and splits it at spaces that are not quoted. Words that come out empty are dropped.
    public func split(_ text: String, _ environment: any EnvironmentLookup) throws(WordError) -> SplitExpansion {
        try split(Array(text.utf8), environment)
    }

    func split(
        _ bytes: [UInt8], _ environment: any EnvironmentLookup, droppingTextBeforeOperators: Bool = false
    ) throws(WordError) -> SplitExpansion {
        var machine = ExpansionMachine(bytes, self, environment)
        machine.dropsTextBeforeOperators = droppingTextBeforeOperators
        machine.splitter = WordSplitter()
        _ = try machine.whole(nil)
        let words = machine.splitter?.finish(at: bytes.count) ?? []
        return SplitExpansion(words: words, matched: machine.matched, unmatched: machine.unmatched)
    }

    /// True when there is nothing in the word to expand or remove.
    private func isPlain(_ word: String) -> Bool {
        let escape = escape.asciiValue
        return !word.utf8.contains { byte in
            byte == UInt8(ascii: "$") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == escape
        }
    }
}
