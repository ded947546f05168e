import Builder
import DockerfileSyntax

/// Errors and warnings as people read them: one line, the place, the source with a caret, a hint.
public struct DiagnosticText: Sendable {
    let source: SourceText?
    let style: TextStyle

    /// Creates a renderer. `source` is the Dockerfile that ranges point into.
    public init(source: SourceText?, usesColor: Bool) {
        self.source = source
        style = TextStyle(isEnabled: usesColor)
    }

    /// `error: message`.
    public func line(_ message: String) -> String { style.bold(style.red("error:")) + " " + message }

    /// A diagnostic with its place.
    public func text(of diagnostic: Diagnostic) -> String {
        let label =
            switch diagnostic.severity {
            case .error: style.bold(style.red("error:"))
            case .warning: style.bold(style.yellow("warning:"))
            case .note: style.bold("note:")
            }
        var text = "\(label) \(place(diagnostic.range))\(diagnostic.message)"
        if let excerpt = excerpt(diagnostic.range) { text += "\n" + excerpt }
        if let hint = diagnostic.hint { text += "\nhint: \(hint)" }
        return text
    }

    /// A build error: for a failed step its last output, the instruction's lines with the failing one marked, the status.
    public func text(of error: BuildError) -> String {
        switch error {
        case .dockerfile(let diagnostic):
            return text(of: diagnostic)
        case .commandFailed(let failure):
            var text = lastLines(of: failure)
            text += marked(failure.step) + "\n"
            return text + line("\(place(failure.step.range))\(error)")
        case .stepFailed(let step, let reason):
            return line("\(place(step.range))\(reason)") + (excerpt(step.range).map { "\n" + $0 } ?? "")
        case .foreignPlatform(let step, _):
            return line("\(place(step.range))\(error)") + (excerpt(step.range).map { "\n" + $0 } ?? "")
        case .image(_, let range, _):
            return line("\(place(range))\(error)") + (excerpt(range).map { "\n" + $0 } ?? "")
        case .export, .options:
            return line("\(error)")
        }
    }

    /// `Dockerfile:12:1: `, or nothing without a place.
    private func place(_ range: SourceRange?) -> String {
        guard let source, let range else { return source.map { "\($0.path): " } ?? "" }
        let position = source.position(of: range.start)
        return "\(source.path):\(position.line):\(position.column): "
    }

    /// The first line of the range, with a caret below its start.
    private func excerpt(_ range: SourceRange?) -> String? {
        guard let source, let range, range.start <= source.bytes.count else { return nil }
        let start = source.position(of: range.start)
        let line = String(source.line(start.line)).replacing("\t", with: " ")
        let end = source.position(of: max(range.start, range.end - 1))
        let lineLength = line.utf8.count
        let last = end.line == start.line ? min(end.column, lineLength) : lineLength
        let number = String(start.line)
        let gutter = String(repeating: " ", count: number.count)
        let caret =
            String(repeating: " ", count: start.column - 1) + style.red(
                "^" + String(repeating: "~", count: max(0, last - start.column)))
        return " \(number) | \(line)\n \(gutter) | \(caret)"
    }

    private func lastLines(of failure: StepFailure) -> String {
        let lines = String(decoding: failure.lastOutput, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).suffix(21)
        guard lines.contains(where: { !$0.isEmpty }) else { return "" }
        var text = "------\n > \(failure.step.displayName):\n"
        for line in lines.drop(while: \.isEmpty) where !line.isEmpty { text += "\(line)\n" }
        return text + "------\n"
    }

    /// The instruction with two lines around it, its own lines marked.
    private func marked(_ step: FailedStep) -> String {
        guard let source else { return "" }
        let first = max(1, step.lines.lowerBound - 2)
        let last = min(source.lineCount, step.lines.upperBound + 2)
        guard first <= last else { return "" }
        let width = String(last).count
        var text = "\(source.path):\(step.lines.lowerBound)\n--------------------\n"
        for number in first...last {
            let digits = String(number)
            let padded = String(repeating: " ", count: width - digits.count) + digits
            let mark = step.lines.contains(number) ? style.red(">>>") : "   "
            text += " \(padded) | \(mark) \(source.line(number))\n"
        }
        return text + "--------------------"
    }
}

/// Terminal colours, or none.
public struct TextStyle: Sendable {
    /// Whether escape sequences are written.
    public let isEnabled: Bool

    /// Creates a style.
    public init(isEnabled: Bool) { self.isEnabled = isEnabled }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func blue(_ text: String) -> String { wrap(text, "34") }
    func dim(_ text: String) -> String { wrap(text, "2") }

    private func wrap(_ text: String, _ code: String) -> String {
        isEnabled ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
