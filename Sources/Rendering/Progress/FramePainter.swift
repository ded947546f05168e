/// Redraws lines at the bottom of a terminal in place.
///
/// Between frames the cursor rests at the start of the line below the picture, and it is never hidden: the program may
/// be killed at any moment and leaves a terminal that works. A frame goes out in one piece, in the brackets that tell
/// terminals to show it at once, so that there is no flicker to hide.
struct FramePainter: Sendable {
    private var drawn: [(text: String, columns: Int)] = []
    private var columns = 0

    /// The bytes that turn the last picture into this one.
    mutating func paint(_ lines: [String], size: TerminalSize) -> [UInt8] {
        var text = "\r"
        let up = rows(at: size.columns)
        if up > 0 { text += "\u{1b}[\(up)A" }
        let isResized = size.columns != columns
        if isResized, up > 0 { text += "\u{1b}[J" }
        for (index, line) in lines.enumerated() {
            if !isResized, index < drawn.count, drawn[index].text == line {
                text += "\r\n"
            } else {
                // Erased before it is written: a line is never longer than the terminal is wide.
                text += (isResized ? "" : "\u{1b}[2K") + line + "\r\n"
            }
        }
        if !isResized, lines.count < drawn.count { text += "\u{1b}[J" }
        drawn = lines.map { ($0, Self.visibleColumns($0)) }
        columns = size.columns
        return Array("\u{1b}[?2026h\(text)\u{1b}[?2026l".utf8)
    }

    /// The bytes that take the picture away and leave these lines for good.
    mutating func leave(_ lines: [String], size: TerminalSize) -> [UInt8] {
        var text = "\r"
        let up = rows(at: size.columns)
        if up > 0 { text += "\u{1b}[\(up)A" }
        text += "\u{1b}[J"
        for line in lines { text += line + "\r\n" }
        drawn = []
        return Array("\u{1b}[?2026h\(text)\u{1b}[?2026l".utf8)
    }

    /// Rows that the last picture takes up now. Terminals wrap lines anew when they become narrower.
    private func rows(at width: Int) -> Int {
        guard width > 0, width < columns else { return drawn.count }
        return drawn.reduce(0) { $0 + max(1, ($1.columns + width - 1) / width) }
    }

    private static func visibleColumns(_ line: String) -> Int {
        let bytes = ControlSequences.cleaned(Array(line.utf8), keepingColor: false)
        return DisplayWidth.columns(String(decoding: bytes, as: UTF8.self))
    }
}
