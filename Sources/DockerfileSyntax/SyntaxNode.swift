/// A piece of an instruction's text, with the place it was written at.
///
/// The text is what is left after continuation lines are joined and JSON strings decoded; quotes, escapes and
/// variables of other words are kept for the expansion.
public struct Word: Hashable, Sendable {
    /// The word.
    public var text: String
    /// Where it is written. Spans several lines when the word is continued.
    public var range: SourceRange

    /// Creates a word.
    public init(text: String, range: SourceRange) {
        self.text = text
        self.range = range
    }
}

/// A flag in front of an instruction's arguments, `--name=value` or `--name`.
public struct Flag: Hashable, Sendable {
    /// The name without its dashes.
    public var name: String
    /// The value without its quotes; nil when there is no `=`.
    public var value: String?
    /// The whole flag, from its dashes.
    public var range: SourceRange
    /// The dashes and the name.
    public var nameRange: SourceRange
    /// What follows the `=`, quotes included.
    public var valueRange: SourceRange?

    /// Creates a flag.
    public init(
        name: String, value: String? = nil, range: SourceRange, nameRange: SourceRange, valueRange: SourceRange? = nil
    ) {
        self.name = name
        self.value = value
        self.range = range
        self.nameRange = nameRange
        self.valueRange = valueRange
    }

    /// The flag as text, its quotes removed.
    public var text: String { "--" + name + (value.map { "=" + $0 } ?? "") }
}

/// A heredoc attached to an instruction.
public struct Heredoc: Hashable, Sendable {
    /// The delimiter without quotes.
    public var name: String
    /// False when the delimiter is quoted: the content is taken as it is.
    public var expands: Bool
    /// `<<-`: leading tabs are not part of the content. They are still there in ``content``.
    public var stripsTabs: Bool
    /// The number in front of `<<`, 0 when there is none.
    public var fileDescriptor: UInt64
    /// The lines between the instruction and the delimiter, with their line endings.
    public var content: String
    /// Where `<<NAME` is written.
    public var openerRange: SourceRange
    /// Where the content is written.
    public var contentRange: SourceRange
    /// The line that ends the content, without its line ending.
    public var terminatorRange: SourceRange
}

/// One instruction of a Dockerfile as it is written: the keyword split from its flags and arguments, nothing judged.
public struct SyntaxNode: Hashable, Sendable {
    /// The instruction's name, as written.
    public var keyword: Word
    /// The flags, in order.
    public var flags: [Flag]
    /// The arguments. What makes a word depends on the instruction:
    ///
    /// - ENV and LABEL: three words for every pair, name, value and separator (`=`, or empty in the old form);
    /// - the shell form of RUN, CMD, ENTRYPOINT, and USER, WORKDIR, STOPSIGNAL, MAINTAINER: one word, all of the line;
    /// - HEALTHCHECK: the type, then the command;
    /// - ONBUILD: none, see ``trigger``;
    /// - JSON form: the decoded strings;
    /// - an unknown instruction: one empty word.
    public var words: [Word]
    /// True when the arguments are a JSON array.
    public var isJSON: Bool
    /// The heredocs, in order.
    public var heredocs: [Heredoc]
    /// The text with continuation lines joined, heredocs left out.
    public var original: String
    /// From the first to the last byte of the instruction, heredocs included, without the last line ending.
    public var range: SourceRange
    /// What follows the keyword and the flags, up to the end of the logical line; nil when nothing does.
    public var argumentsRange: SourceRange?
    /// First and last line, counted from 1.
    public var lines: ClosedRange<Int>
    /// The comment lines directly above, without `#`. An empty comment line starts afresh.
    public var precedingComments: [String]
    /// At most one; an array because a value cannot hold one of its own kind.
    var triggers: [SyntaxNode] = []

    /// ONBUILD: the instruction it stores.
    public var trigger: SyntaxNode? { triggers.first }
}
