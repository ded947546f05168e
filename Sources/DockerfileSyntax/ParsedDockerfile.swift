/// A Dockerfile with the meaning of its instructions.
public struct ParsedDockerfile: Hashable, Sendable {
    /// The ARG instructions before the first FROM.
    public var metaArgs: [MetaArgument]
    /// The stages, in order.
    public var stages: [Stage]
    /// The escape character.
    public var escape: Character

    /// Creates a Dockerfile.
    public init(metaArgs: [MetaArgument], stages: [Stage], escape: Character = "\\") {
        self.metaArgs = metaArgs
        self.stages = stages
        self.escape = escape
    }
}

/// An ARG instruction before the first FROM.
public struct MetaArgument: Hashable, Sendable {
    /// What it declares.
    public var arguments: [Argument]
    /// The instruction's own text, continuation lines joined.
    public var original: String
    /// Where it is written.
    public var range: SourceRange
    /// First and last line, counted from 1.
    public var lines: ClosedRange<Int>
    /// Comment lines directly above, without their `#`.
    public var precedingComments: [String]
    /// Where in ``Dockerfile/nodes`` the ARG is.
    public var nodeIndex: Int?

    /// Creates a meta argument.
    public init(
        arguments: [Argument], original: String, range: SourceRange, lines: ClosedRange<Int>,
        precedingComments: [String] = [], nodeIndex: Int? = nil
    ) {
        self.arguments = arguments
        self.original = original
        self.range = range
        self.lines = lines
        self.precedingComments = precedingComments
        self.nodeIndex = nodeIndex
    }
}
