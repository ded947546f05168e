/// One run of a ``WordExpander`` over a text.
struct ExpansionMachine {
    private let input: [UInt8]
    private let options: WordExpander
    private let escape: UInt8
    private let environment: any EnvironmentLookup
    private var at = 0
    private var rawEscapes: Bool
    private var depth = 0
    private(set) var matched: Set<String> = []
    private(set) var unmatched: Set<String> = []
    /// Set when the text is to be split into words.
    var splitter: WordSplitter?
    /// Drop what a word holds in front of `${name` with an operator. BuildKit loses this text when it splits, which
    /// shows only in what it takes for a heredoc.
    var dropsTextBeforeOperators = false

    init(_ input: [UInt8], _ options: WordExpander, _ environment: any EnvironmentLookup) {
        self.input = input
        self.options = options
        self.environment = environment
        escape = options.escape.asciiValue ?? UInt8(ascii: "\\")
        rawEscapes = options.rawEscapes
    }

    /// A reason with its place. The word is put in at the end, where it is known.
    private struct Failure: Error {
        var reason: WordError.Reason
        var offset: Int
    }

    /// Expands all of the text. `word` is the text for messages; nil to decode it from the input.
    mutating func whole(_ word: String?) throws(WordError) -> [UInt8] {
        do {
            return try run(until: nil)
        } catch {
            throw WordError(
                word: word ?? String(decoding: input, as: UTF8.self), reason: error.reason, offset: error.offset)
        }
    }

    private var isAtEnd: Bool { at >= input.count }
    private var peek: UInt8? { at < input.count ? input[at] : nil }

    /// Expands up to an unquoted `stop`, which is consumed, or up to the end.
    private mutating func run(until stop: UInt8?) throws(Failure) -> [UInt8] {
        var result: [UInt8] = []
        let start = at
        while at < input.count {
            let byte = input[at]
            if byte == stop {
                at += 1
                return result
            }
            let from = at
            switch byte {
            case UInt8(ascii: "$"):
                let value = try dollar()
                result += value
                if stop == nil { splitter?.add(splitting: value, from: from..<at) }
            case UInt8(ascii: "'") where !options.ignoresQuotes:
                try emit(singleQuoted(), from, stop, &result)
            case UInt8(ascii: "\"") where !options.ignoresQuotes:
                try emit(doubleQuoted(), from, stop, &result)
            case UInt8(ascii: "<"):
                emit(heredocOpener(), from, stop, &result)
            case escape:
                at += 1
                var text = rawEscapes ? [escape] : []
                // An escape character at the very end is dropped.
                if !isAtEnd { text += takeScalar() }
                emit(text, from, stop, &result)
            default:
                let space = ByteClass.spaceLength(input, at: at, end: input.count)
                if space > 0 {
                    result += input[at..<at + space]
                    at += space
                    if stop == nil { splitter?.space() }
                } else {
                    result.append(byte)
                    at += 1
                    if stop == nil { splitter?.add(quoted: CollectionOfOne(byte), from: from..<at) }
                }
            }
        }
        if let stop {
            throw Failure(reason: stop == UInt8(ascii: "/") ? .missingSlash : .missingBrace, offset: start)
        }
        return result
    }

    /// Adds text that is not split.
    private mutating func emit(_ text: [UInt8], _ from: Int, _ stop: UInt8?, _ result: inout [UInt8]) {
        result += text
        if stop == nil { splitter?.add(quoted: text, from: from..<at) }
    }

    private mutating func takeScalar() -> ArraySlice<UInt8> {
        let length = ByteClass.scalar(input, at: at, end: input.count).length
        at += length
        return input[at - length..<at]
    }

    /// `<<` keeps the blanks behind it, so that `<< EOF` is one word.
    private mutating func heredocOpener() -> [UInt8] {
        let start = at
        at += 1
        guard peek == UInt8(ascii: "<") else { return [UInt8(ascii: "<")] }
        at += 1
        while let next = peek, next == 0x20 || next == 0x09 || next == 0x0D { at += 1 }
        return Array(input[start..<at])
    }

    private mutating func singleQuoted() throws(Failure) -> [UInt8] {
        let start = at
        at += 1
        while at < input.count, input[at] != UInt8(ascii: "'") { at += 1 }
        guard at < input.count else { throw Failure(reason: .unterminatedSingleQuote, offset: start) }
        at += 1
        return Array(options.rawQuotes ? input[start..<at] : input[start + 1..<at - 1])
    }

    private mutating func doubleQuoted() throws(Failure) -> [UInt8] {
        let start = at
        var result: [UInt8] = []
        at += 1
        if options.rawQuotes { result.append(UInt8(ascii: "\"")) }
        while at < input.count {
            let byte = input[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                if options.rawQuotes { result.append(byte) }
                return result
            case UInt8(ascii: "$"):
                result += try dollar()
            case escape:
                at += 1
                if rawEscapes { result.append(escape) }
                // Only these can be escaped inside double quotes; in front of others the escape character is text.
                if let next = peek {
                    let isEscapable = next == UInt8(ascii: "\"") || next == UInt8(ascii: "$") || next == escape
                    result.append(isEscapable ? next : escape)
                    if isEscapable { at += 1 }
                }
            default:
                result.append(byte)
                at += 1
            }
        }
        throw Failure(reason: .unterminatedDoubleQuote, offset: start)
    }

    /// Expands the `$` at the current place.
    private mutating func dollar() throws(Failure) -> [UInt8] {
        let start = at
        at += 1
        guard peek == UInt8(ascii: "{") else {
            guard let name = name() else { return [UInt8(ascii: "$")] }
            guard let value = lookUp(name) else { return options.skipUnset ? Array(input[start..<at]) : [] }
            return Array(value.utf8)
        }
        at += 1
        guard let first = peek else { throw Failure(reason: .missingBrace, offset: start) }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "}") || first == UInt8(ascii: ":") {
            throw Failure(reason: .badSubstitution, offset: start)
        }
        depth += 1
        defer { depth -= 1 }
        guard depth <= WordExpander.maximumDepth else { throw Failure(reason: .nestedTooDeeply, offset: start) }
        return try substitution(start)
    }

    /// Expands `${` name operator word `}`; the place is behind `${`, which is at `start`.
    private mutating func substitution(_ start: Int) throws(Failure) -> [UInt8] {
        let name = name() ?? ""
        guard let character = takeModifier() else {
            throw Failure(reason: .unsupportedModifier("\u{FFFD}"), offset: start)
        }
        switch character {
        case "}":
            guard let value = lookUp(name) else { return options.skipUnset ? Array("${\(name)}".utf8) : [] }
            return Array(value.utf8)
        case "/":
            if dropsTextBeforeOperators { splitter?.dropText() }
            return try replacement(name, start)
        case ":":
            if dropsTextBeforeOperators { splitter?.dropText() }
            let modifier = takeModifier()
            let text = ":" + String(modifier ?? "\u{FFFD}")
            if modifier == "#" || modifier == "%" { throw Failure(reason: .unsupportedModifier(text), offset: start) }
            return try conditional(name, modifier, text, emptyIsUnset: true, start)
        case "+", "-", "?", "#", "%":
            if dropsTextBeforeOperators { splitter?.dropText() }
            return try conditional(name, character, String(character), emptyIsUnset: false, start)
        default:
            throw Failure(reason: .unsupportedModifier(String(character)), offset: start)
        }
    }

    private mutating func takeModifier() -> Unicode.Scalar? {
        guard !isAtEnd else { return nil }
        let (scalar, length) = ByteClass.scalar(input, at: at, end: input.count)
        at += length
        return scalar
    }

    /// The word of a substitution. Whatever goes wrong at the end of the text is a missing end of the substitution.
    private mutating func operand(
        until stop: UInt8, rawEscapes raw: Bool, _ start: Int
    ) throws(Failure) -> [UInt8] {
        let outer = rawEscapes
        rawEscapes = raw
        defer { rawEscapes = outer }
        do {
            return try run(until: stop)
        } catch {
            guard isAtEnd, error.reason != .nestedTooDeeply else { throw error }
            throw Failure(reason: stop == UInt8(ascii: "/") ? .missingSlash : .missingBrace, offset: start)
        }
    }

    /// The operators `-`, `+`, `?`, `#` and `%`.
    private mutating func conditional(
        _ name: String, _ modifier: Unicode.Scalar?, _ modifierText: String, emptyIsUnset: Bool, _ start: Int
    ) throws(Failure) -> [UInt8] {
        let isPattern = modifier == "#" || modifier == "%"
        let word = try operand(until: UInt8(ascii: "}"), rawEscapes: isPattern, start)
        let value = lookUp(name)
        if value == nil, options.skipUnset {
            return Array("${\(name)\(modifierText)".utf8) + word + [UInt8(ascii: "}")]
        }
        let counts = value.map { !emptyIsUnset || !$0.isEmpty } ?? false
        switch modifier {
        case "-": return counts ? Array((value ?? "").utf8) : word
        case "+": return counts ? word : []
        case "?":
            if counts { return Array((value ?? "").utf8) }
            let message = word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
            throw Failure(
                reason: value == nil ? .unset(name: name, message: message) : .empty(name: name, message: message),
                offset: start)
        case "#", "%":
            let text = String(decoding: word, as: UTF8.self)
            let isGreedy = text.unicodeScalars.first == modifier
            let pattern = try shellPattern(isGreedy ? String(text.unicodeScalars.dropFirst()) : text, start)
            return Array(pattern.trimming(value ?? "", atEnd: modifier == "%", greedy: isGreedy).utf8)
        default:
            throw Failure(reason: .unsupportedModifier(modifierText), offset: start)
        }
    }

    /// The operators `/` and `//`.
    private mutating func replacement(_ name: String, _ start: Int) throws(Failure) -> [UInt8] {
        let replacesAll = peek == UInt8(ascii: "/")
        if replacesAll { at += 1 }
        let pattern = try operand(until: UInt8(ascii: "/"), rawEscapes: true, start)
        let replacement = try operand(until: UInt8(ascii: "}"), rawEscapes: true, start)
        let value = lookUp(name)
        if value == nil, options.skipUnset {
            return Array("${\(name)/".utf8) + pattern + [UInt8(ascii: "/")] + replacement + [UInt8(ascii: "}")]
        }
        let compiled = try shellPattern(String(decoding: pattern, as: UTF8.self), start)
        let result = compiled.replacing(
            value ?? "", with: String(decoding: replacement, as: UTF8.self), all: replacesAll)
        return Array(result.utf8)
    }

    private func shellPattern(_ text: String, _ start: Int) throws(Failure) -> ShellPattern {
        do {
            return try ShellPattern(text)
        } catch {
            throw Failure(reason: .invalidPattern(pattern: text, escape: error.escape), offset: start)
        }
    }

    private mutating func lookUp(_ name: String) -> String? {
        let value = environment.value(name)
        if value == nil { unmatched.insert(name) } else { matched.insert(name) }
        return value
    }

    /// Reads a variable's name: digits, one special character, or letters, digits and underscores.
    private mutating func name() -> String? {
        let start = at
        while at < input.count {
            let (scalar, length) = ByteClass.scalar(input, at: at, end: input.count)
            if at == start {
                if isDigit(scalar) {
                    while at < input.count {
                        let next = ByteClass.scalar(input, at: at, end: input.count)
                        guard isDigit(next.scalar) else { break }
                        at += next.length
                    }
                    break
                }
                if "@*#?-$!".unicodeScalars.contains(scalar) {
                    at += 1
                    break
                }
            }
            guard isDigit(scalar) || isLetter(scalar) || scalar == "_" else { break }
            at += length
        }
        return at > start ? String(decoding: input[start..<at], as: UTF8.self) : nil
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar >= "0" && scalar <= "9" }
        return scalar.properties.generalCategory == .decimalNumber
    }

    private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z") }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }
}
