import DockerfileSyntax

/// Edits on a Dockerfile that are being collected.
///
/// Instructions are addressed by their index in the file's nodes. Comments directly above an instruction go where it goes.
struct Draft: Sendable {
    /// The file as it was.
    let dockerfile: Dockerfile
    private(set) var edits: [TextEdit] = []
    private(set) var steps: [SlimStep] = []

    init(_ dockerfile: Dockerfile) { self.dockerfile = dockerfile }

    /// The text after all edits.
    ///
    /// - Throws: ``TextEditError`` when two of them contradict each other.
    func text() throws(TextEditError) -> [UInt8] { try dockerfile.applying(finishedEdits) }

    /// The edits with lines continued as the file says.
    private var finishedEdits: [TextEdit] {
        guard dockerfile.escape != "\\" else { return edits }
        return edits.map { edit in
            let lines = edit.replacement.split(separator: "\n", omittingEmptySubsequences: false)
            let continued = lines.map { $0.hasSuffix(" \\") ? $0.dropLast() + String(dockerfile.escape) : String($0) }
            return TextEdit(range: edit.range, replacement: continued.joined(separator: "\n"))
        }
    }

    /// For each line of ``text()``, the line of the file as it was.
    var originalLines: [Int] { dockerfile.source.originalLines(after: finishedEdits) }

    /// Notes a change that has been made.
    mutating func note(_ id: String, at node: Int, _ why: String) {
        let line = dockerfile.nodes.indices.contains(node) ? dockerfile.nodes[node].lines.lowerBound : 1
        steps.append(SlimStep(id: id, line: line, why: why))
    }

    /// Notes a change that a plan has described.
    mutating func note(_ step: SlimStep) { steps.append(step) }

    /// Adds text behind an instruction's arguments, on the same line.
    mutating func insertInline(_ text: String, behindArgumentsOf node: Int) {
        let end = dockerfile.nodes[node].argumentsRange?.end ?? dockerfile.nodes[node].range.end
        edits.append(TextEdit(range: SourceRange(at: end), replacement: text))
    }

    /// The stretch of an instruction with the comment lines directly above it and its line ending.
    func block(of node: Int) -> SourceRange {
        let instruction = dockerfile.nodes[node]
        let source = dockerfile.source
        var first = instruction.lines.lowerBound
        // A comment that stands at the head of the file, before the first instruction, belongs to the file.
        while node > 0, first > 1 {
            let line = source.line(first - 1).drop { $0 == " " || $0 == "\t" }
            guard line.hasPrefix("#"), source.lineRange(first - 1).start >= dockerfile.nodes[node - 1].range.end else {
                break
            }
            first -= 1
        }
        return SourceRange(start: source.lineRange(first).start, end: lineEnd(of: node))
    }

    /// The offset behind an instruction's last line and its line ending.
    func lineEnd(of node: Int) -> Int {
        let source = dockerfile.source
        var end = dockerfile.nodes[node].range.end
        while end < source.bytes.count, source.bytes[end] != UInt8(ascii: "\n") { end += 1 }
        return min(end + 1, source.bytes.count)
    }

    /// Whether the file's last line has its ending.
    private var endsInNewline: Bool { dockerfile.source.bytes.last == UInt8(ascii: "\n") }

    /// The text of an instruction with its comments, ended by a line feed.
    func blockText(of node: Int) -> String {
        let text = dockerfile.source.text(in: block(of: node))
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    /// The comment lines directly above an instruction.
    func comments(of node: Int) -> String { String(blockText(of: node).dropLast(ownText(of: node).count)) }

    /// The text of an instruction alone, ended by a line feed.
    func ownText(of node: Int) -> String { dockerfile.source.text(in: dockerfile.nodes[node].range) + "\n" }

    /// Takes an instruction out, with its comments and an empty line that would be left doubled.
    mutating func cut(_ node: Int) {
        var range = block(of: node)
        let source = dockerfile.source
        let line = source.lineNumber(of: range.start)
        let next = source.lineNumber(of: min(range.end, source.bytes.count))
        if line > 1, source.line(line - 1).allSatisfy(\.isWhitespace), next <= source.lineCount,
            range.end < source.bytes.count,
            source.line(next).allSatisfy(\.isWhitespace)
        {
            range.end = min(source.lineRange(next).end + 1, source.bytes.count)
        }
        edits.append(TextEdit(range: range, replacement: ""))
    }

    /// Takes an instruction out and leaves the comments above it.
    mutating func cutKeepingComments(_ node: Int) {
        let range = SourceRange(start: dockerfile.nodes[node].range.start, end: lineEnd(of: node))
        edits.append(TextEdit(range: range, replacement: ""))
    }

    /// Inserts whole lines in front of an instruction and its comments.
    mutating func insert(_ text: String, before node: Int) {
        edits.append(TextEdit(range: SourceRange(at: block(of: node).start), replacement: text))
    }

    /// Inserts whole lines behind an instruction.
    mutating func insert(_ text: String, after node: Int) {
        let end = lineEnd(of: node)
        let needsBreak = end == dockerfile.source.bytes.count && !endsInNewline
        edits.append(TextEdit(range: SourceRange(at: end), replacement: (needsBreak ? "\n" : "") + text))
    }

    /// Adds whole lines at the end.
    mutating func append(_ text: String) {
        let end = dockerfile.source.bytes.count
        edits.append(TextEdit(range: SourceRange(at: end), replacement: (endsInNewline ? "" : "\n") + text))
    }

    /// Puts other text in the place of an instruction; its comments stay.
    mutating func replace(_ node: Int, with text: String) {
        edits.append(TextEdit(range: dockerfile.nodes[node].range, replacement: text))
    }

    /// Puts other text in the place of a stretch.
    mutating func replace(_ range: SourceRange, with text: String) {
        edits.append(TextEdit(range: range, replacement: text))
    }

    /// Whether an edit already covers the instruction.
    func isEdited(_ node: Int) -> Bool {
        let range = dockerfile.nodes[node].range
        return edits.contains { $0.range.start < range.end && $0.range.end > range.start }
    }
}
