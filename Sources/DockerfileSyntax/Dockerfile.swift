/// A Dockerfile as it is written: every instruction with its words and their places, nothing judged.
///
/// The text is kept, and together the ranges of ``nodes`` and the stretches between them are all of it; see ``pieces``.
public struct Dockerfile: Hashable, Sendable {
    /// The text.
    public let source: SourceText
    /// The parser directives.
    public let directives: Directives
    /// The escape character.
    public let escape: Character
    /// The instructions, in order.
    public let nodes: [SyntaxNode]
    /// What is accepted but should not be.
    public let warnings: [Diagnostic]

    /// Splits a file into instructions.
    ///
    /// Errors: what makes a file unreadable rather than wrong: no instructions, malformed directives, ENV and LABEL
    /// pairs, JSON arrays and heredocs, text that is not UTF-8. The rest is found by ``resolve()``.
    public static func parse(_ bytes: [UInt8], path: String) throws(DockerfileError) -> Dockerfile {
        try Dockerfile(SourceText(bytes, path: path), escape: UInt8(ascii: "\\"))
    }

    /// Splits a text into instructions.
    public static func parse(_ text: String, path: String) throws(DockerfileError) -> Dockerfile {
        try parse(Array(text.utf8), path: path)
    }

    init(_ source: SourceText, escape: UInt8) throws(DockerfileError) {
        var parser = DockerfileParser(source, escape: escape)
        try parser.parse()
        self.source = source
        directives = Directives(
            syntax: DirectiveReader.findSyntax(in: source), escape: parser.escapeDirective,
            check: DirectiveReader.find("check", in: source))
        self.escape = Character(Unicode.Scalar(parser.escape))
        nodes = parser.nodes
        warnings = parser.warnings
    }

    /// The parser directives of a file, whether or not it is a Dockerfile that can be parsed. Files for other
    /// frontends only have this in common with Dockerfiles.
    public static func directives(of source: SourceText) -> Directives {
        Directives(
            syntax: DirectiveReader.findSyntax(in: source), escape: DirectiveReader.find("escape", in: source),
            check: DirectiveReader.find("check", in: source))
    }

    /// A stretch of the text: an instruction, or what stands between two.
    public enum Piece: Hashable, Sendable {
        /// The instruction at the index in ``Dockerfile/nodes``.
        case node(Int)
        /// Comments, empty lines, line endings.
        case trivia(SourceRange)
    }

    /// The whole text in stretches, without gap or overlap.
    public var pieces: [Piece] {
        var pieces: [Piece] = []
        var end = 0
        for (index, node) in nodes.enumerated() {
            if node.range.start > end { pieces.append(.trivia(SourceRange(start: end, end: node.range.start))) }
            pieces.append(.node(index))
            end = node.range.end
        }
        if end < source.bytes.count { pieces.append(.trivia(SourceRange(start: end, end: source.bytes.count))) }
        return pieces
    }
}
