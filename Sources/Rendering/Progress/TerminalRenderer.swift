import Builder

/// Progress as a picture at the bottom of the terminal: time and count, a line for each part of the build, below those
/// that run what they print and move. At the end every line is printed once, to stay, then warnings and the summary.
struct TerminalRenderer: ProgressRenderer {
    let refreshInterval: Duration? = .milliseconds(100)

    private let style: TextStyle
    private let glyphs: Glyphs
    private let diagnostics: DiagnosticText
    private let size: @Sendable () -> TerminalSize
    private var picture = BuildPicture()
    private var painter = FramePainter()
    private var isFinished = false

    /// - Parameter size: asked before every frame, so that a resized terminal is noticed.
    init(
        style: TextStyle, glyphs: Glyphs, diagnostics: DiagnosticText, size: @escaping @Sendable () -> TerminalSize
    ) {
        self.style = style
        self.glyphs = glyphs
        self.diagnostics = diagnostics
        self.size = size
    }

    mutating func receive(_ event: BuildEvent, at time: Duration) -> [UInt8] {
        // Shown with the next frame.
        picture.receive(event, at: time)
        return []
    }

    mutating func refresh(at time: Duration) -> [UInt8] {
        guard !isFinished, !picture.lines.isEmpty else { return [] }
        let size = size()
        return painter.paint(layout(at: time, size).running, size: size)
    }

    mutating func finish(_ summary: BuildSummary?, at time: Duration) -> [UInt8] {
        guard !isFinished else { return [] }
        isFinished = true
        picture.close(at: time)
        let size = size()
        var layout = layout(at: time, size)
        layout.ending = summary == nil ? picture.badEnding : .built
        var lines = picture.lines.isEmpty ? [] : layout.final
        for warning in picture.warnings {
            lines.append("")
            lines += diagnostics.text(of: warning).split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
        }
        if let summary {
            let text = SummaryText(
                summary: summary, count: picture.count, duration: time, style: style, width: size.columns
            ).text
            lines.append("")
            lines += text.split(separator: "\n").map(String.init)
        } else if !lines.isEmpty {
            // The error that follows stands apart.
            lines.append("")
        }
        return painter.leave(lines, size: size)
    }

    private func layout(at time: Duration, _ size: TerminalSize) -> PictureLayout {
        PictureLayout(picture: picture, time: time, size: size, style: style, glyphs: glyphs)
    }
}
