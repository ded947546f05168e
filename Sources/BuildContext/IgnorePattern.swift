/// One compiled pattern of an ignore list.
struct IgnorePattern: Sendable {
    private enum Kind {
        case exact
        /// `name**` or `dir/**`: everything that starts with the text.
        case prefix(PathBytes)
        /// `**/name` or `**name`: everything that ends with the text.
        case suffix(PathBytes)
        case expression(IgnoreExpression)
    }

    /// The pattern without its `!`, cleaned.
    let text: PathBytes
    /// True for `!pattern`, which takes paths back in.
    let isException: Bool
    private let kind: Kind

    /// Compiles one line of an ignore list; `nil` for a blank one.
    init?(_ source: String, file: String?, line: Int?) throws(BuildContextError) {
        let trimmed = Self.trimmingSpace(source)
        if trimmed.isEmpty { return nil }
        var text = PathBytes(trimmed).cleaned
        isException = text.first == 0x21
        if isException {
            text.removeFirst()
            if text.isEmpty { throw .emptyException(file: file, line: line) }
        }
        self.text = text
        guard PathPattern.match(text[...], [0x2E]) != nil, let kind = Self.compile(text) else {
            throw .badPattern(pattern: source, file: file, line: line)
        }
        self.kind = kind
    }

    /// Whether the pattern matches a path, parents not considered.
    func matches(_ path: UnsafeRawBufferPointer) -> Bool {
        switch kind {
        case .exact:
            return path.elementsEqual(text)
        case .prefix(let bytes):
            return path.starts(with: bytes)
        case .suffix(let bytes):
            if path.count >= bytes.count {
                return path[(path.count - bytes.count)...].elementsEqual(bytes)
            }
            // `**/name` matches `name` at the top, too.
            return bytes.first == 0x2F && path.elementsEqual(bytes.dropFirst())
        case .expression(let expression):
            return expression.matches(path)
        }
    }

    /// Whether the pattern could match something below a directory.
    ///
    /// Only a plain path is understood well enough to say no, with `/*` or `/**` behind it or without: it has to
    /// start with the directory's own path. This is the rule of BuildKit, down to a `*` that stops being one.
    func canMatch(below directory: PathBytes) -> Bool {
        var plain = text[...]
        if plain.count >= 3, plain.suffix(3).elementsEqual([0x2F, 0x2A, 0x2A]) { plain = plain.dropLast(3) }
        if plain.count >= 2, plain.suffix(2).elementsEqual([0x2F, 0x2A]) { plain = plain.dropLast(2) }
        if plain.contains(where: { "*[]?^\\".utf8.contains($0) }) { return true }
        guard plain.starts(with: directory) else { return false }
        return plain.count == directory.count || plain[directory.count] == 0x2F
    }

    /// The text without the white space that Go's `strings.TrimSpace` removes.
    static func trimmingSpace(_ text: String) -> Substring.UTF8View {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }),
            let last = scalars.lastIndex(where: { !isSpace($0) })
        else { return ""[...].utf8 }
        return text[first...last].utf8
    }

    /// Chooses the cheapest way of matching, by the same classification as Docker's, which decides the meaning of
    /// odd combinations.
    private static func compile(_ text: PathBytes) -> Kind? {
        enum Detected { case exact, prefix, suffix, expression }
        var detected = Detected.exact
        var expression = "^".unicodeScalars
        var rest = Array(String(decoding: text, as: UTF8.self).unicodeScalars)[...]
        if rest.first == "\u{FEFF}" { rest.removeFirst() }
        var isFirst = true
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*" where rest.first == "*":
                rest.removeFirst()
                if rest.first == "/" { rest.removeFirst() }
                if rest.isEmpty {
                    if detected == .exact {
                        detected = .prefix
                    } else {
                        expression += ".*".unicodeScalars
                        detected = .expression
                    }
                } else {
                    expression += "(.*/)?".unicodeScalars
                    detected = .expression
                }
                if isFirst { detected = .suffix }
            case "*":
                expression += "[^/]*".unicodeScalars
                detected = .expression
            case "?":
                expression += "[^/]".unicodeScalars
                detected = .expression
            case ".", "+", "(", ")", "|", "{", "}", "$":
                expression.append("\\")
                expression.append(scalar)
            case "\\":
                expression.append("\\")
                if let next = rest.popFirst() {
                    expression.append(next)
                    detected = .expression
                }
            case "[", "]":
                expression.append(scalar)
                detected = .expression
            default:
                expression.append(scalar)
            }
            isFirst = false
        }
        switch detected {
        case .exact: return .exact
        case .prefix: return .prefix(PathBytes(text.dropLast(2)))
        case .suffix: return .suffix(PathBytes(text.dropFirst(2)))
        case .expression:
            expression.append("$")
            return IgnoreExpressionParser.parse(expression).map { .expression(IgnoreExpression(items: $0)) }
        }
    }
}
