/// What rules want to know of a shell script: its simple commands, wherever they stand, and how its outermost commands
/// are put together.
public struct ShellScript: Sendable {
    /// The text.
    public let text: ScriptText
    /// The commands whose names are literal, an outer one before those in its substitutions. Empty when the script
    /// cannot be read.
    public let commands: [ShellCommand]
    /// There is a `|` somewhere.
    public let hasPipe: Bool
    /// What stands between the outermost commands, in order.
    let operators: [ShellOperator]
    /// False when the script is not one that a POSIX shell or bash could run.
    public let isReadable: Bool
    /// Number of outermost commands, compound ones and those without a literal name included.
    let outermostCount: Int
    /// Where the last outermost command ends.
    let end: Int
    /// Something that ends only with its line is in the script: a comment or a heredoc.
    let hasLineBoundText: Bool

    /// Reads a script.
    public init(_ text: ScriptText) {
        self.text = text
        var parser = ShellParser(text.bytes)
        do {
            try parser.parse()
            isReadable = true
        } catch {
            isReadable = false
        }
        commands = isReadable ? parser.commands : []
        hasPipe = isReadable && parser.hasPipe
        operators = isReadable ? parser.operators : []
        outermostCount = isReadable ? parser.outermostCount : 0
        end = parser.end
        hasLineBoundText = parser.hasLineBoundText
    }

    /// True when a command of a name is there.
    func uses(_ name: String) -> Bool { commands.contains { $0.name == name } }
}

/// What stands between two commands.
struct ShellOperator: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case and, or, pipe, semicolon, background, newline }

    let kind: Kind
    let range: Range<Int>
}

/// A word of a command.
public struct ShellWord: Hashable, Sendable {
    /// The word without its quotes; variables as `${NAME}`, whatever way they are written.
    public var text: String
    /// The word's value when no expansion takes part in it.
    public var literal: String?
    /// Where it stands in the script.
    public var range: Range<Int>
}

/// A simple command: a program, or a builtin, with its arguments.
public struct ShellCommand: Hashable, Sendable {
    /// The name as written; for `command`, `exec`, `builtin` and `busybox` that of the command they start.
    public let name: String
    /// The first word, which is ``name`` or `exec` and its like.
    public let first: ShellWord
    /// The words behind the first.
    public let arguments: [ShellWord]
    /// Not in a subshell, a loop, a function or a substitution.
    public let isOutermost: Bool
    /// From the first word to the last, or the last redirection.
    public let range: Range<Int>
}
