/// Splits the logical line of one instruction into keyword, flags and arguments.
struct InstructionLine {
    let line: LogicalLine
    let escape: UInt8

    /// How deep ONBUILD may nest. No nesting at all is valid, but that is for ``Dockerfile/resolve()`` to say; this is
    /// where a line of nothing but ONBUILD stops.
    static let maximumTriggerDepth = 16

    /// Splits a stretch of the line. `range` and `lines` are those of the whole instruction.
    func node(
        _ part: Range<Int>, range: SourceRange, lines: ClosedRange<Int>, comments: [String], depth: Int = 0
    ) throws(DockerfileError) -> SyntaxNode {
        let bytes = line.bytes
        let trimmed = ByteClass.trimming(bytes, part)
        var keywordEnd = trimmed.lowerBound
        while keywordEnd < trimmed.upperBound, !ByteClass.isBlank(bytes[keywordEnd]) { keywordEnd += 1 }
        let keyword = line.word(trimmed.lowerBound..<keywordEnd)
        var at = keywordEnd
        while at < trimmed.upperBound, ByteClass.isBlank(bytes[at]) { at += 1 }
        let flags = takeFlags(&at, end: trimmed.upperBound)
        let rest = ByteClass.trimming(bytes, at..<trimmed.upperBound)

        var node = SyntaxNode(
            keyword: keyword, flags: flags, words: [], isJSON: false, heredocs: [], original: line.text(part),
            range: range, argumentsRange: rest.isEmpty ? nil : line.sourceRange(rest), lines: lines,
            precedingComments: comments)
        try addArguments(to: &node, rest, depth: depth)
        return node
    }

    private func addArguments(to node: inout SyntaxNode, _ rest: Range<Int>, depth: Int) throws(DockerfileError) {
        switch Keyword(node.keyword.text) {
        case .add, .copy, .volume:
            if try !addJSON(to: &node, rest) { node.words = blankSeparated(rest) }
        case .cmd, .entrypoint, .run, .shell:
            if try !addJSON(to: &node, rest), !rest.isEmpty { node.words = [line.word(rest)] }
        case .healthcheck:
            try addHealthcheck(to: &node, rest)
        case .env:
            node.words = try pairs(rest, "ENV", node)
        case .label:
            node.words = try pairs(rest, "LABEL", node)
        case .arg:
            node.words = shellWords(rest).map { line.word($0) }
        case .from, .expose:
            node.words = blankSeparated(rest)
        case .maintainer, .stopsignal, .user, .workdir:
            if !rest.isEmpty { node.words = [line.word(rest)] }
        case .onbuild:
            guard !rest.isEmpty else { return }
            guard depth < InstructionLine.maximumTriggerDepth else {
                throw .chainedOnbuild(range: line.sourceRange(rest))
            }
            node.triggers = [
                try self.node(rest, range: line.sourceRange(rest), lines: node.lines, comments: [], depth: depth + 1)
            ]
        case nil:
            node.words = [Word(text: "", range: SourceRange(at: node.keyword.range.end))]
        }
    }

    /// Reads the flags in front of the arguments and moves `at` behind them. `--` ends the flags. Only ASCII spaces
    /// separate flags.
    private func takeFlags(_ at: inout Int, end: Int) -> [Flag] {
        let bytes = line.bytes
        var flags: [Flag] = []
        while true {
            while at < end, ByteClass.isBlank(bytes[at]) { at += 1 }
            guard at + 1 < end, bytes[at] == UInt8(ascii: "-"), bytes[at + 1] == UInt8(ascii: "-") else { break }
            let start = at
            var text: [UInt8] = []
            // Index in `text`, and place in the line, of the first `=`.
            var equals: (text: Int, line: Int)?
            var quote: UInt8?
            func add(_ byte: UInt8) {
                if byte == UInt8(ascii: "="), equals == nil { equals = (text.count, at) }
                text.append(byte)
            }
            while at < end {
                let byte = bytes[at]
                if let open = quote, byte == open {
                    quote = nil
                } else if quote == nil, ByteClass.isBlank(byte) {
                    break
                } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    quote = byte
                } else if byte == escape {
                    // An escape character at the very end is dropped.
                    if at + 1 < end {
                        at += 1
                        add(bytes[at])
                    }
                } else {
                    add(byte)
                }
                at += 1
            }
            if text == Array("--".utf8) { break }
            flags.append(flag(text, equals, start..<at))
        }
        return flags
    }

    private func flag(_ text: [UInt8], _ equals: (text: Int, line: Int)?, _ range: Range<Int>) -> Flag {
        Flag(
            name: String(decoding: text[2..<(equals?.text ?? text.count)], as: UTF8.self),
            value: equals.map { String(decoding: text[($0.text + 1)...], as: UTF8.self) },
            range: line.sourceRange(range),
            nameRange: line.sourceRange(range.lowerBound..<(equals?.line ?? range.upperBound)),
            valueRange: equals.map { line.sourceRange($0.line + 1..<range.upperBound) })
    }

    /// Words between blanks.
    private func blankSeparated(_ rest: Range<Int>) -> [Word] {
        guard !rest.isEmpty else { return [] }
        var words: [Word] = []
        var start = rest.lowerBound
        var at = start
        while at < rest.upperBound {
            if ByteClass.isBlank(line.bytes[at]) {
                words.append(line.word(start..<at))
                while at < rest.upperBound, ByteClass.isBlank(line.bytes[at]) { at += 1 }
                start = at
            } else {
                at += 1
            }
        }
        words.append(line.word(start..<at))
        return words
    }

    /// Takes the arguments for JSON if they are. False when they are not.
    private func addJSON(to node: inout SyntaxNode, _ rest: Range<Int>) throws(DockerfileError) -> Bool {
        let rest = ByteClass.trimmingStart(line.bytes, rest)
        guard let first = rest.first, line.bytes[first] == UInt8(ascii: "[") else { return false }
        var scanner = JSONScanner(line.bytes, rest)
        switch scanner.arrayOfStrings() {
        case .invalid: return false
        case .otherElement(let range): throw .notStringArray(range: line.sourceRange(range))
        case .strings(let strings):
            node.words += strings.map { Word(text: $0.text, range: line.sourceRange($0.range)) }
            node.isJSON = true
            return true
        }
    }

    /// The type, then a command like CMD's.
    private func addHealthcheck(to node: inout SyntaxNode, _ rest: Range<Int>) throws(DockerfileError) {
        var end = rest.lowerBound
        while end < rest.upperBound, !ByteClass.isBlank(line.bytes[end]) { end += 1 }
        guard end > rest.lowerBound else { return }
        node.words = [line.word(rest.lowerBound..<end)]
        let command = ByteClass.trimmingStart(line.bytes, end..<rest.upperBound)
        if try !addJSON(to: &node, command), !command.isEmpty { node.words.append(line.word(command)) }
    }

    /// `name=value …`, or the old form `name value` when the first word has no `=`.
    private func pairs(
        _ rest: Range<Int>, _ keyword: String, _ node: SyntaxNode
    ) throws(DockerfileError) -> [Word] {
        let words = shellWords(rest)
        guard let first = words.first else { return [] }
        let bytes = line.bytes
        guard bytes[first].contains(UInt8(ascii: "=")) else {
            guard let blank = bytes[rest].firstIndex(where: ByteClass.isBlank) else {
                throw .twoArgumentsRequired(instruction: keyword, range: line.sourceRange(rest))
            }
            var value = blank
            while value < rest.upperBound, ByteClass.isBlank(bytes[value]) { value += 1 }
            return [
                line.word(rest.lowerBound..<blank), line.word(value..<rest.upperBound),
                Word(text: "", range: line.sourceRange(blank..<value)),
            ]
        }
        var result: [Word] = []
        result.reserveCapacity(words.count * 3)
        for word in words {
            guard let equals = bytes[word].firstIndex(of: UInt8(ascii: "=")) else {
                throw .missingEquals(word: line.text(word), range: line.sourceRange(word))
            }
            result.append(line.word(word.lowerBound..<equals))
            result.append(line.word(equals + 1..<word.upperBound))
            result.append(line.word(equals..<equals + 1))
        }
        return result
    }

    /// Words between spaces that are neither quoted nor escaped. Quotes and escapes stay, but an escape character at
    /// the very end is dropped.
    private func shellWords(_ rest: Range<Int>) -> [Range<Int>] {
        let bytes = line.bytes
        let end = rest.upperBound
        var words: [Range<Int>] = []
        var at = ByteClass.trimmingStart(bytes, rest).lowerBound
        while at < end {
            let start = at
            var wordEnd = at
            var quote: UInt8?
            while at < end {
                let byte = bytes[at]
                if quote == nil, ByteClass.spaceLength(bytes, at: at, end: end) > 0 { break }
                if byte == escape, quote != UInt8(ascii: "'") {
                    guard at + 1 < end else {
                        at += 1
                        break
                    }
                    at += 1
                    at += ByteClass.scalar(bytes, at: at, end: end).length
                    wordEnd = at
                    continue
                }
                if byte == quote {
                    quote = nil
                } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    quote = byte
                }
                at += 1
                wordEnd = at
            }
            if wordEnd > start { words.append(start..<wordEnd) }
            at = ByteClass.trimmingStart(bytes, at..<end).lowerBound
        }
        return words
    }
}
