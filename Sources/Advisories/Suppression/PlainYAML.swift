import OCI

/// The part of YAML that ignore files are written in: maps and lists in block form, lists of words in brackets, comments,
/// and plain or quoted words. Whatever else YAML has is an error with its line.
struct PlainYAML {
    /// What is wrong, and in which line, counted from 1.
    struct Fault: Error, Hashable {
        var line: Int
        var reason: String
    }

    private struct Line {
        var number: Int
        var indent: Int
        var text: String
    }

    private var lines: [Line] = []
    private var next = 0

    /// The value of a document. All words are strings.
    static func value(of text: String) throws(Fault) -> JSONValue {
        var reader = PlainYAML()
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = withoutComment(line)
            guard let first = content.firstIndex(where: { $0 != " " }) else { continue }
            if content[first] == "\t" { throw Fault(line: index + 1, reason: "tabs cannot indent") }
            if content == "---", reader.lines.isEmpty { continue }
            reader.lines.append(
                Line(
                    number: index + 1, indent: content.distance(from: content.startIndex, to: first),
                    text: String(content[first...])))
        }
        guard let first = reader.lines.first else { return .null }
        let value = try reader.block(indent: first.indent, depth: 0)
        if reader.next < reader.lines.count {
            throw Fault(line: reader.lines[reader.next].number, reason: "the indentation does not fit")
        }
        return value
    }

    /// A line without comment and blanks at its end. A comment begins after a blank, and not in quotes.
    private static func withoutComment(_ line: Substring) -> Substring {
        var quote: Character?
        var previous: Character = " "
        var end = line.endIndex
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if (character == "\"" || character == "'") && " [,".contains(previous) {
                quote = character
            } else if character == "#", previous == " " {
                end = index
                break
            }
            previous = character
        }
        var content = line[..<end]
        while let last = content.last, last == " " || last == "\r" { content.removeLast() }
        return content
    }

    private mutating func block(indent: Int, depth: Int) throws(Fault) -> JSONValue {
        let line = lines[next]
        guard depth < 32 else { throw Fault(line: line.number, reason: "it is nested too deeply") }
        if line.text == "-" || line.text.hasPrefix("- ") { return try list(indent: indent, depth: depth) }
        if Self.key(line.text) != nil { return try map(indent: indent, depth: depth) }
        next += 1
        return try Self.word(line.text, line.number)
    }

    private mutating func list(indent: Int, depth: Int) throws(Fault) -> JSONValue {
        var elements: [JSONValue] = []
        while next < lines.count, lines[next].indent == indent {
            let line = lines[next]
            guard line.text == "-" || line.text.hasPrefix("- ") else { break }
            let content = line.text.dropFirst().drop { $0 == " " }
            if content.isEmpty {
                next += 1
                if next < lines.count, lines[next].indent > indent {
                    elements.append(try block(indent: lines[next].indent, depth: depth + 1))
                } else {
                    elements.append(.null)
                }
            } else {
                // What follows the hyphen is a block whose lines begin below it.
                lines[next] = Line(
                    number: line.number, indent: indent + line.text.count - content.count, text: String(content))
                elements.append(try block(indent: lines[next].indent, depth: depth + 1))
            }
        }
        return .array(elements)
    }

    private mutating func map(indent: Int, depth: Int) throws(Fault) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        while next < lines.count, lines[next].indent == indent {
            let line = lines[next]
            guard let (key, rest) = Self.key(line.text) else {
                throw Fault(line: line.number, reason: "a key and a colon are expected")
            }
            guard fields[key] == nil else { throw Fault(line: line.number, reason: "\(key) stands there twice") }
            next += 1
            if !rest.isEmpty {
                fields[key] = try Self.word(rest, line.number)
            } else if next < lines.count,
                lines[next].indent > indent || lines[next].indent == indent && lines[next].text.hasPrefix("-")
            {
                fields[key] = try block(indent: lines[next].indent, depth: depth + 1)
            } else {
                fields[key] = .null
            }
        }
        return .object(fields)
    }

    private static func key(_ text: String) -> (key: String, rest: String)? {
        guard let first = text.first, !"\"'[{".contains(first) else { return nil }
        var index = text.startIndex
        while let colon = text[index...].firstIndex(of: ":") {
            let after = text.index(after: colon)
            if after == text.endIndex || text[after] == " " {
                return (String(text[..<colon]), String(text[after...].drop { $0 == " " }))
            }
            index = after
        }
        return nil
    }

    private static func word(_ text: String, _ number: Int) throws(Fault) -> JSONValue {
        switch text.first {
        case "[":
            guard text.last == "]" else { throw Fault(line: number, reason: "a bracket is missing") }
            var elements: [JSONValue] = []
            for part in text.dropFirst().dropLast().split(separator: ",") {
                let part = part.drop { $0 == " " }
                if !part.isEmpty { elements.append(try word(String(part), number)) }
            }
            return .array(elements)
        case "\"", "'":
            guard text.count >= 2, let quote = text.first, text.last == quote else {
                throw Fault(line: number, reason: "the quotation is not closed")
            }
            let content = text.dropFirst().dropLast()
            if quote == "\"", content.contains("\\") {
                throw Fault(line: number, reason: "escape sequences are not supported here")
            }
            return .string(String(content))
        case "{", "&", "*", "|", ">", "!", "%", "@", "`":
            throw Fault(line: number, reason: "this form of YAML is not supported here")
        default:
            var trimmed = Substring(text)
            while trimmed.last == " " { trimmed.removeLast() }
            return .string(String(trimmed))
        }
    }
}
