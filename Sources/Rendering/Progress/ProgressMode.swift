/// How a build shows what it is doing.
public enum ProgressMode: String, CaseIterable, Sendable {
    /// `tty` on a terminal, else `plain`.
    case auto
    /// A picture that is redrawn in place.
    case tty
    /// Lines of text, for logs and pipes.
    case plain
    /// A JSON object for each event.
    case rawjson
    /// Nothing; errors are still reported in full.
    case quiet

    /// The mode that `auto` stands for; the others stand for themselves, except that what is no terminal at all cannot
    /// be redrawn.
    ///
    /// - Parameter terminalType: the value of `TERM`. A dumb terminal has no cursor to move.
    func resolved(isTerminal: Bool, terminalType: String?) -> ProgressMode {
        switch self {
        case .auto: isTerminal && terminalType != nil && terminalType != "dumb" ? .tty : .plain
        case .tty: isTerminal ? .tty : .plain
        case .plain, .rawjson, .quiet: self
        }
    }
}
