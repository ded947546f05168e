/// A parser directive, `# name=value` in the first lines of a Dockerfile.
public struct Directive: Hashable, Sendable {
    /// The name, lower-cased.
    public var name: String
    /// The value without the spaces around it.
    public var value: String
    /// The line.
    public var range: SourceRange
    /// Where the name is written.
    public var nameRange: SourceRange
    /// Where the value is written.
    public var valueRange: SourceRange

    /// The value up to the first space. This is all that counts of `syntax` and `check`; the rest is for the reader.
    public var firstWord: String { String(value.prefix { $0 != " " }) }
}

/// The parser directives of a Dockerfile.
public struct Directives: Hashable, Sendable {
    /// Which frontend is meant to build the file. Recognised also after `//`, behind a `#!` line, and in a file that is
    /// a JSON object, since other languages than Dockerfile announce their frontend so.
    public var syntax: Directive?
    /// The escape character.
    public var escape: Directive?
    /// The options of build checks, `skip=…;error=…`.
    public var check: Directive?
}

/// Reads parser directives line by line, until the first line that is none.
struct DirectiveReader {
    private let comment: [UInt8]
    private var seen: Set<String> = []
    private(set) var isDone = false

    /// Creates a reader for directives in comments that begin with `comment`.
    init(comment: String = "#") { self.comment = Array(comment.utf8) }

    static let names: Set<String> = ["syntax", "escape", "check"]

    /// Reads a line, given without its line ending. Nil when it is no directive, and so are all after it.
    mutating func read(_ bytes: [UInt8], _ line: Range<Int>) throws(DockerfileError) -> Directive? {
        guard !isDone else { return nil }
        guard let directive = directive(bytes, line) else {
            isDone = true
            return nil
        }
        guard seen.insert(directive.name).inserted else {
            throw .duplicateDirective(name: directive.name, range: directive.nameRange)
        }
        return directive
    }

    private func directive(_ bytes: [UInt8], _ line: Range<Int>) -> Directive? {
        guard bytes[line].starts(with: comment) else { return nil }
        var rest = ByteClass.trimmingStart(bytes, line.lowerBound + comment.count..<line.upperBound)
        let nameStart = rest.lowerBound
        var at = nameStart
        while at < rest.upperBound, isAlphanumeric(bytes[at], first: at == nameStart) { at += 1 }
        let nameRange = nameStart..<at
        while at < rest.upperBound, isSpace(bytes[at]) { at += 1 }
        guard !nameRange.isEmpty, at < rest.upperBound, bytes[at] == UInt8(ascii: "=") else { return nil }
        at += 1
        let equals = at
        while at < rest.upperBound, isSpace(bytes[at]) { at += 1 }
        var end = rest.upperBound
        while end > at, isSpace(bytes[end - 1]) { end -= 1 }
        // A value of nothing but spaces is the last of them.
        rest = at == end && end > equals ? end - 1..<end : at..<end
        let name = String(decoding: bytes[nameRange], as: UTF8.self).lowercased()
        guard !rest.isEmpty, DirectiveReader.names.contains(name) else { return nil }
        return Directive(
            name: name, value: String(decoding: bytes[rest], as: UTF8.self), range: SourceRange(line),
            nameRange: SourceRange(nameRange), valueRange: SourceRange(rest))
    }

    private func isAlphanumeric(_ byte: UInt8, first: Bool) -> Bool {
        let letter = byte | 0x20
        if letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") { return true }
        return !first && byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private func isSpace(_ byte: UInt8) -> Bool { ByteClass.isBlank(byte) && byte != 0x0B }

    /// Looks for a directive of a name independent of the rest of the file. Errors end the search.
    static func find(_ name: String, in source: SourceText, comment: String = "#") -> Directive? {
        var reader = DirectiveReader(comment: comment)
        var line = firstLine(source)
        while line <= source.lineCount, !reader.isDone {
            let range = source.lineRange(line)
            guard let directive = try? reader.read(source.bytes, range.indices) else { return nil }
            if directive.name == name { return directive }
            line += 1
        }
        return nil
    }

    /// The `syntax` directive in any of its notations.
    static func findSyntax(in source: SourceText) -> Directive? {
        find("syntax", in: source) ?? find("syntax", in: source, comment: "//") ?? findJSON(source)
    }

    private static func findJSON(_ source: SourceText) -> Directive? {
        let start = source.lineRange(firstLine(source)).start
        var scanner = JSONScanner(source.bytes, start..<source.bytes.count)
        guard let (text, range) = scanner.objectMember("syntax") else { return nil }
        return Directive(
            name: "syntax", value: text, range: SourceRange(range), nameRange: SourceRange(at: range.lowerBound),
            valueRange: SourceRange(range))
    }

    /// The first line that can hold a directive: a `#!` line is passed over.
    private static func firstLine(_ source: SourceText) -> Int {
        source.bytes[source.lineRange(1).indices].starts(with: "#!".utf8) ? 2 : 1
    }
}

extension SourceRange {
    /// The range of the bytes at `indices`.
    init(_ indices: Range<Int>) { self.init(start: indices.lowerBound, end: indices.upperBound) }
}
