/// Reads a Dockerfile line by line: joins continuation lines, drops comments, collects heredocs.
struct DockerfileParser {
    private let source: SourceText
    private let bytes: [UInt8]
    private var nextLine = 1
    private(set) var nodes: [SyntaxNode] = []
    private(set) var warnings: [Diagnostic] = []
    private(set) var escapeDirective: Directive?
    private(set) var escape: UInt8
    private var reader = DirectiveReader()
    private var comments: [String] = []

    init(_ source: SourceText, escape: UInt8 = UInt8(ascii: "\\")) {
        self.source = source
        bytes = source.bytes
        self.escape = escape
    }

    /// Lines that exist: text behind the last line feed is one only if it is not empty.
    private var lastLine: Int {
        let last = source.lineCount
        return source.lineStarts[last - 1] < bytes.count ? last : last - 1
    }

    mutating func parse() throws(DockerfileError) {
        let lastLine = lastLine
        while nextLine <= lastLine {
            let number = nextLine
            nextLine += 1
            let range = source.lineRange(number).indices
            let line = ByteClass.trimmingStart(bytes, range)
            let isComment = line.first.map { bytes[$0] == UInt8(ascii: "#") } ?? false
            if let directive = try reader.read(bytes, line) {
                try apply(directive)
                continue
            }
            if isComment {
                addComment(range)
                continue
            }
            if line.isEmpty { continue }
            try instruction(number, line, lastLine: lastLine)
            comments = []
        }
        if nodes.isEmpty { throw .noInstructions(range: SourceRange(at: bytes.count)) }
        try rejectLongLines(lastLine)
    }

    /// BuildKit reads no line longer than this, heredocs included.
    static let longestLine = 65_535

    private func rejectLongLines(_ lastLine: Int) throws(DockerfileError) {
        for number in stride(from: 1, through: lastLine, by: 1) {
            let start = source.lineStarts[number - 1]
            let end = number < source.lineStarts.count ? source.lineStarts[number] - 1 : bytes.count
            guard end - start > DockerfileParser.longestLine else { continue }
            throw .lineTooLong(range: SourceRange(at: start))
        }
    }

    private mutating func apply(_ directive: Directive) throws(DockerfileError) {
        guard directive.name == "escape" else { return }
        guard directive.value == "\\" || directive.value == "`" else {
            throw .invalidEscape(value: directive.value, range: directive.valueRange)
        }
        escapeDirective = directive
        escape = directive.value == "`" ? UInt8(ascii: "`") : UInt8(ascii: "\\")
    }

    /// Remembers a comment for the instruction below. As in BuildKit, what is cut off is the line's first character, so
    /// that an indented comment keeps its `#`.
    private mutating func addComment(_ line: Range<Int>) {
        let first = ByteClass.scalar(bytes, at: line.lowerBound, end: line.upperBound).length
        let text = ByteClass.trimming(bytes, line.lowerBound + first..<line.upperBound)
        if text.isEmpty { comments = [] } else { comments.append(String(decoding: bytes[text], as: UTF8.self)) }
    }

    /// Reads an instruction whose first line is `line`, and what belongs to it.
    private mutating func instruction(_ number: Int, _ line: Range<Int>, lastLine: Int) throws(DockerfileError) {
        var logical = LogicalLine(at: line.lowerBound)
        var emptyLine: SourceRange?
        var (content, continues) = splitContinuation(line)
        try append(content, to: &logical)
        while continues, nextLine <= lastLine {
            let range = source.lineRange(nextLine).indices
            nextLine += 1
            let text = ByteClass.trimmingStart(bytes, range)
            guard let first = text.first else {
                emptyLine = emptyLine ?? SourceRange(range)
                continue
            }
            if bytes[first] == UInt8(ascii: "#") { continue }
            (content, continues) = splitContinuation(range)
            try append(content, to: &logical)
        }
        if let emptyLine { warnAboutEmptyLine(logical, emptyLine) }

        let range = SourceRange(start: line.lowerBound, end: source.lineRange(nextLine - 1).end)
        let splitter = InstructionLine(line: logical, escape: escape)
        var node = try splitter.node(
            0..<logical.bytes.count, range: range, lines: number...(nextLine - 1), comments: comments)
        if canHaveHeredocs(node) { try addHeredocs(to: &node, logical, lastLine: lastLine) }
        nodes.append(node)
    }

    private func append(_ content: Range<Int>, to line: inout LogicalLine) throws(DockerfileError) {
        try requireUTF8(content)
        line.append(bytes, content)
    }

    /// Cuts off the escape character at the line's end, and the blanks behind it, if it continues the line. One that is
    /// itself escaped does not.
    private func splitContinuation(_ line: Range<Int>) -> (content: Range<Int>, continues: Bool) {
        var end = line.upperBound
        while end > line.lowerBound, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        guard end > line.lowerBound, bytes[end - 1] == escape else { return (line, false) }
        if end - 2 >= line.lowerBound, bytes[end - 2] == escape { return (line, false) }
        return (line.lowerBound..<end - 1, true)
    }

    private mutating func warnAboutEmptyLine(_ line: LogicalLine, _ range: SourceRange) {
        warnings.append(
            Diagnostic(
                severity: .warning, rule: "NoEmptyContinuation",
                message: "Empty continuation line found in: " + line.text(0..<line.bytes.count), range: range,
                hint: "remove the empty line, or put a comment in its place"))
    }

    private func canHaveHeredocs(_ node: SyntaxNode) -> Bool {
        let keyword = Keyword(node.keyword.text)
        if keyword == .onbuild, let trigger = node.trigger {
            return !trigger.isJSON && Keyword(trigger.keyword.text)?.takesHeredocs == true
        }
        return !node.isJSON && keyword?.takesHeredocs == true
    }

    private mutating func addHeredocs(
        to node: inout SyntaxNode, _ line: LogicalLine, lastLine: Int
    ) throws(DockerfileError) {
        guard line.bytes.indices.dropLast().contains(where: { line.bytes[$0] == 0x3C && line.bytes[$0 + 1] == 0x3C })
        else { return }
        let openers: [(opener: HeredocOpener, range: Range<Int>)]
        do {
            openers = try HeredocOpener.all(in: line.bytes)
        } catch {
            throw .word(error, range: line.sourceRange(0..<line.bytes.count))
        }
        for (opener, openerRange) in openers {
            let start = nextLine <= lastLine ? source.lineStarts[nextLine - 1] : bytes.count
            guard let terminator = skipHeredoc(opener, lastLine: lastLine) else {
                throw .unterminatedHeredoc(name: opener.name, range: line.sourceRange(openerRange))
            }
            let content = start..<source.lineStarts[nextLine - 2]
            try requireUTF8(content)
            node.heredocs.append(
                Heredoc(
                    name: opener.name, expands: opener.expands, stripsTabs: opener.stripsTabs,
                    fileDescriptor: opener.fileDescriptor, content: String(decoding: bytes[content], as: UTF8.self),
                    openerRange: line.sourceRange(openerRange), contentRange: SourceRange(content),
                    terminatorRange: terminator))
            node.range.end = terminator.end
            node.lines = node.lines.lowerBound...(nextLine - 1)
        }
    }

    /// Moves behind the line that ends a heredoc and returns that line; nil when there is none.
    private mutating func skipHeredoc(_ opener: HeredocOpener, lastLine: Int) -> SourceRange? {
        let name = Array(opener.name.utf8)
        while nextLine <= lastLine {
            let range = source.lineRange(nextLine)
            nextLine += 1
            var line = bytes[range.indices]
            if opener.stripsTabs { line = line.drop { $0 == 0x09 } }
            if line.elementsEqual(name) { return range }
        }
        return nil
    }

    private func requireUTF8(_ range: Range<Int>) throws(DockerfileError) {
        guard let offset = invalidUTF8(in: bytes, range) else { return }
        throw .notUTF8(range: SourceRange(start: offset, end: offset + 1))
    }
}

/// Offset of the first byte that is not part of well-formed UTF-8.
private func invalidUTF8(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard let first = bytes[range].firstIndex(where: { $0 >= 0x80 }) else { return nil }
    var at = first
    while at < range.upperBound {
        if bytes[at] < 0x80 {
            at += 1
            continue
        }
        let (scalar, length) = ByteClass.scalar(bytes, at: at, end: range.upperBound)
        if scalar == "\u{FFFD}", length == 1 { return at }
        at += length
    }
    return nil
}
