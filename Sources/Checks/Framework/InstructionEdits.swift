import DockerfileSyntax

/// Edits that several rules make.
enum InstructionEdits {
    /// Removes an instruction with its lines. Comments above it stay.
    static func removal(of range: SourceRange, in source: SourceText) -> TextEdit {
        let first = source.lineRange(source.lineNumber(of: range.start))
        var end = range.end
        while end < source.bytes.count, source.bytes[end] != UInt8(ascii: "\n") { end += 1 }
        if end < source.bytes.count { end += 1 }
        return TextEdit(range: SourceRange(start: first.start, end: end), replacement: "")
    }
}
