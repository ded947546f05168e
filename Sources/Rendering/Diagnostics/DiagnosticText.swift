import Builder
import DockerfileSyntax
import Glibc

/// Errors and warnings as people read them: one line, the place, the source with a caret, a hint.
public struct DiagnosticText: Sendable {
    /// Lines of a failed step's output that are shown again with the error.
    static let shownOutputLines = 20

    let source: SourceText?
    let style: TextStyle
    let width: Int

    /// Creates a renderer.
    ///
    /// - Parameters:
    ///   - source: the Dockerfile that ranges point into.
    ///   - width: columns that an excerpt may take; by default those of the terminal behind standard error.
    public init(source: SourceText?, usesColor: Bool, width: Int? = nil) {
        self.source = source
        style = TextStyle(isEnabled: usesColor)
        self.width = width ?? (isatty(STDERR_FILENO) == 1 ? TerminalSize(of: STDERR_FILENO).columns : 160)
    }

    /// `error: message`.
    public func line(_ message: String) -> String {
        style.bold(style.red("error:")) + " " + ControlSequences.singleLine(message)
    }

    /// `error: message`, and what to do about it on a line of its own.
    public func text(_ message: String, hint: String?) -> String { line(message) + self.hint(hint) }

    /// An error without a place in a Dockerfile, with what can be done about it.
    public func text(of error: any Error) -> String {
        if let error = error as? BuildError { return text(of: error) }
        return text("\(error)", hint: Remedy.text(for: error))
    }

    /// A diagnostic with its place.
    public func text(of diagnostic: Diagnostic) -> String {
        let label: String
        let mark: (String) -> String
        switch diagnostic.severity {
        case .error: (label, mark) = (style.bold(style.red("error:")), style.red)
        case .warning: (label, mark) = (style.bold(style.yellow("warning:")), style.yellow)
        case .note: (label, mark) = (style.bold("note:"), style.bold)
        }
        let rule = diagnostic.rule.map { " [\($0)]" } ?? ""
        return "\(label) \(place(diagnostic.range))\(ControlSequences.singleLine(diagnostic.message))\(rule)"
            + excerpt(diagnostic.range, mark: mark) + hint(diagnostic.hint)
    }

    /// A build error: for a failed step its last output, the instruction's lines with the failing one marked, the status.
    public func text(of error: BuildError) -> String {
        switch error {
        case .dockerfile(let diagnostic):
            text(of: diagnostic)
        case .commandFailed(let failure):
            lastLines(of: failure) + marked(failure.step)
                + line("\(place(failure.step.range))\(error)") + hint(Remedy.text(for: error))
        case .stepFailed(let step, _, let remedy):
            line("\(place(step.range))\(error)") + excerpt(step.range) + hint(remedy)
        case .image(_, let range, _, let remedy):
            line("\(place(range))\(error)") + excerpt(range) + hint(remedy)
        case .export, .options:
            text("\(error)", hint: Remedy.text(for: error))
        }
    }

    // MARK: Parts

    /// `Dockerfile:12:1: `, or only the file when there is no place in it.
    private func place(_ range: SourceRange?) -> String {
        guard let source else { return "" }
        guard let range else { return "\(source.path): " }
        let position = source.position(of: range.start)
        return "\(source.path):\(position.line):\(position.column): "
    }

    private func excerpt(_ range: SourceRange?) -> String { excerpt(range, mark: style.red) }

    /// The source line with a caret, on lines of their own; nothing when there is no place.
    func excerpt(_ range: SourceRange?, mark: (String) -> String) -> String {
        guard let source, let range, let excerpt = SourceExcerpt(range, in: source, width: width) else { return "" }
        return "\n" + excerpt.text(mark: mark)
    }

    private func hint(_ text: String?) -> String {
        guard let text else { return "" }
        return "\n" + style.bold("hint:") + " " + ControlSequences.singleLine(text)
    }

    /// What the step printed last, as it would stand on a terminal.
    private func lastLines(of failure: StepFailure) -> String {
        var screen = OutputScreen()
        screen.write(failure.lastOutput)
        let lines = screen.lastLines(Self.shownOutputLines)
        guard !lines.isEmpty else { return "" }
        return "------\n > \(ControlSequences.singleLine(failure.step.displayName)):\n"
            + lines.map { $0 + "\n" }.joined() + "------\n"
    }

    /// The instruction with two lines around it, its own lines marked.
    private func marked(_ step: FailedStep) -> String {
        guard let source else { return "" }
        let first = max(1, step.lines.lowerBound - 2)
        let last = min(source.lineCount, step.lines.upperBound + 2)
        guard first <= last else { return "" }
        let digits = String(last).count
        var text = ""
        for number in first...last {
            let isMarked = step.lines.contains(number)
            let line = SourceExcerpt.plainLine(source.line(number))
            // The empty line behind the last line feed is none that anybody sees.
            if number == source.lineCount, line.isEmpty, !isMarked { continue }
            let padded = String(repeating: " ", count: digits - String(number).count) + String(number)
            text += " \(padded) | \(isMarked ? style.red(">>>") : "   ") \(line)".trimmedRight + "\n"
        }
        return text
    }
}
