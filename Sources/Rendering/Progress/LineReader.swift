/// Cuts the output of a process into lines for a log.
///
/// A carriage return alone means that the program draws over its line (a progress bar): a log shows the line as it
/// ended, and on the way there one state each second. Nothing else is left out.
struct LineReader: Sendable {
    /// How long a line may stay without an end before it is shown as far as it has come, and how far states of a
    /// rewritten line are apart.
    static let patience: Duration = .seconds(1)

    /// A piece of text to show.
    enum Piece: Equatable, Sendable {
        /// A whole line.
        case line([UInt8])
        /// The rest of a line of which the beginning has been shown.
        case end([UInt8])
        /// The beginning, or a part in the middle, of a line that has not ended yet.
        case part([UInt8], isFirst: Bool)
    }

    /// The line that has not ended yet, as far as it has not been shown.
    private var text: [UInt8] = []
    /// The state that a carriage return left behind, to be drawn over.
    private var overwritten: [UInt8] = []
    private var endsInReturn = false
    /// Whether the line's beginning has been shown.
    private(set) var isOpen = false
    /// When the unfinished line's text came.
    private var since: Duration?
    private var lastState: Duration = .zero - Self.patience

    /// Takes over output and gives what is to be shown at once.
    mutating func read(_ bytes: [UInt8], at time: Duration) -> [Piece] {
        var pieces: [Piece] = []
        var rest = bytes[...]
        while let first = rest.first {
            if endsInReturn {
                endsInReturn = false
                if first == UInt8(ascii: "\n") {
                    rest.removeFirst()
                    pieces.append(endLine())
                    continue
                }
                drawOver(&pieces, at: time)
            }
            guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
                text += rest
                break
            }
            text += rest[..<end]
            if rest[end] == UInt8(ascii: "\n") { pieces.append(endLine()) } else { endsInReturn = true }
            rest = rest[(end + 1)...]
        }
        if isOpen, !text.isEmpty, !endsInReturn {
            pieces.append(.part(text, isFirst: false))
            text = []
        }
        since = text.isEmpty && overwritten.isEmpty ? nil : since ?? time
        return pieces
    }

    /// An unfinished line that has been waiting for too long.
    mutating func overdue(at time: Duration) -> Piece? {
        guard let since, time - since >= Self.patience, !isOpen, !endsInReturn, !text.isEmpty else { return nil }
        defer { text = [] }
        isOpen = true
        overwritten = []
        self.since = nil
        return .part(text, isFirst: true)
    }

    /// The line has been broken off for lack of an end; what follows starts anew.
    mutating func breakOff() { isOpen = false }

    /// What is left when the process is over.
    mutating func finish() -> Piece? {
        if isOpen || !text.isEmpty || !overwritten.isEmpty { return endLine() }
        return nil
    }

    private mutating func endLine() -> Piece {
        defer {
            text = []
            overwritten = []
            isOpen = false
            endsInReturn = false
            since = nil
        }
        if isOpen { return .end(text) }
        return .line(text.isEmpty ? overwritten : text)
    }

    private mutating func drawOver(_ pieces: inout [Piece], at time: Duration) {
        if isOpen {
            pieces.append(.end(text))
            isOpen = false
        } else if !text.isEmpty {
            if time - lastState >= Self.patience {
                pieces.append(.line(text))
                lastState = time
                overwritten = []
            } else {
                overwritten = text
            }
        }
        text = []
        since = nil
    }
}
