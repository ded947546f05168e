extension ShellParser {
    /// A word that must be there.
    mutating func requiredWord() throws(ShellSyntaxFailure) -> ShellWord {
        let start = at
        var builder = WordBuilder()
        while let byte = current {
            if ShellParser.endsWord(byte) {
                guard isProcessSubstitution else { break }
                at += 2
                try substitution()
                builder.expansion("")
                continue
            }
            try part(&builder)
        }
        guard at > start else { throw ShellSyntaxFailure() }
        return ShellWord(
            text: String(decoding: builder.text, as: UTF8.self),
            literal: builder.isLiteral ? String(decoding: builder.text, as: UTF8.self) : nil, range: start..<at)
    }

    /// A word that is being read.
    struct WordBuilder {
        var text: [UInt8] = []
        var isLiteral = true

        mutating func expansion(_ replacement: String) {
            text += replacement.utf8
            isLiteral = false
        }
    }

    private mutating func part(_ builder: inout WordBuilder) throws(ShellSyntaxFailure) {
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "'"): try singleQuoted(&builder)
        case UInt8(ascii: "\""):
            at += 1
            try doubleQuoted(&builder)
        case UInt8(ascii: "$"): try dollar(&builder)
        case UInt8(ascii: "`"): try backticks(&builder)
        case UInt8(ascii: "\\"):
            at += 1
            guard let next = current else { throw ShellSyntaxFailure() }
            if next != 0x0A { builder.text.append(next) }
            at += 1
        case UInt8(ascii: "*"), UInt8(ascii: "?"):
            builder.text.append(byte)
            builder.isLiteral = false
            at += 1
        case UInt8(ascii: "["):
            // A class of characters; otherwise a bracket like any letter.
            if let close = bytes[at...].firstIndex(where: { $0 == UInt8(ascii: "]") || ShellParser.endsWord($0) }),
                bytes[close] == UInt8(ascii: "]"), close > at + 1
            {
                builder.isLiteral = false
            }
            builder.text.append(byte)
            at += 1
        case UInt8(ascii: "{"):
            if let end = braceExpansion() {
                at = end
                builder.expansion("")
            } else {
                builder.text.append(byte)
                at += 1
            }
        case UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "!"):
            if peek() == UInt8(ascii: "(") {
                try extendedPattern()
                builder.expansion("")
            } else {
                builder.text.append(byte)
                at += 1
            }
        default:
            builder.text.append(byte)
            at += 1
        }
    }

    private mutating func singleQuoted(_ builder: inout WordBuilder) throws(ShellSyntaxFailure) {
        guard let close = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "'")) else { throw ShellSyntaxFailure() }
        builder.text += bytes[at + 1..<close]
        at = close + 1
    }

    /// The rest of a word in double quotes.
    private mutating func doubleQuoted(_ builder: inout WordBuilder) throws(ShellSyntaxFailure) {
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return
            case UInt8(ascii: "\\"):
                guard let next = peek() else { throw ShellSyntaxFailure() }
                if next == 0x0A {
                } else if next == UInt8(ascii: "\"") || next == UInt8(ascii: "$") || next == UInt8(ascii: "`")
                    || next == UInt8(ascii: "\\")
                {
                    builder.text.append(next)
                } else {
                    builder.text += [byte, next]
                }
                at += 2
            case UInt8(ascii: "$"): try dollar(&builder, isQuoted: true)
            case UInt8(ascii: "`"): try backticks(&builder)
            default:
                builder.text.append(byte)
                at += 1
            }
        }
        throw ShellSyntaxFailure()
    }

    private mutating func dollar(_ builder: inout WordBuilder, isQuoted: Bool = false) throws(ShellSyntaxFailure) {
        let start = at
        at += 1
        guard let byte = current else {
            builder.text.append(UInt8(ascii: "$"))
            return
        }
        switch byte {
        case UInt8(ascii: "("):
            if peek() == UInt8(ascii: "(") {
                if try tryArithmetic() {
                    builder.expansion("${VAR}")
                    return
                }
            }
            at += 1
            builder.expansion(try substitution())
        case UInt8(ascii: "{"):
            at += 1
            builder.expansion("${" + (try parameter()) + "}")
        case UInt8(ascii: "["):
            at += 1
            while let byte = current, byte != UInt8(ascii: "]") { at += 1 }
            guard take("]") else { throw ShellSyntaxFailure() }
            builder.expansion("")
        case UInt8(ascii: "'") where !isQuoted:
            try ansiQuoted(&builder)
        case UInt8(ascii: "\"") where !isQuoted:
            at += 1
            var inner = WordBuilder()
            try doubleQuoted(&inner)
            builder.expansion("")
        default:
            var last = at
            while last < bytes.count, ShellParser.isNameByte(bytes[last], first: last == at) { last += 1 }
            if last == at, "0123456789@*#?$!-".utf8.contains(byte) { last += 1 }
            guard last > at else {
                builder.text.append(bytes[start])
                return
            }
            builder.expansion("${" + String(decoding: bytes[at..<last], as: UTF8.self) + "}")
            at = last
        }
    }

    /// `$'…'`
    private mutating func ansiQuoted(_ builder: inout WordBuilder) throws(ShellSyntaxFailure) {
        at += 1
        while let byte = current {
            if byte == UInt8(ascii: "'") {
                at += 1
                return
            }
            builder.text.append(byte)
            at += 1
            if byte == UInt8(ascii: "\\"), let next = current {
                builder.text.append(next)
                at += 1
            }
        }
        throw ShellSyntaxFailure()
    }

    /// The rest of `${…}`, without its brace.
    private mutating func parameter() throws(ShellSyntaxFailure) -> String {
        var inner = WordBuilder()
        try nested { parser throws(ShellSyntaxFailure) in
            while let byte = parser.current {
                switch byte {
                case UInt8(ascii: "}"):
                    parser.at += 1
                    return
                case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\"):
                    try parser.part(&inner)
                default:
                    inner.text.append(byte)
                    parser.at += 1
                }
            }
            throw ShellSyntaxFailure()
        }
        return String(decoding: inner.text, as: UTF8.self)
    }

    /// The rest of `$(…)` or `<(…)`; what stands for it in a word.
    @discardableResult
    private mutating func substitution() throws(ShellSyntaxFailure) -> String {
        let index = commands.count
        let start = at
        try nested { parser throws(ShellSyntaxFailure) in
            try parser.list { $0.current == UInt8(ascii: ")") }
            guard parser.take(")") else { throw ShellSyntaxFailure() }
        }
        // A single command stands for itself; anything else leaves nothing to look at.
        let text = bytes[start..<at - 1]
        let isSingle = !text.contains { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "&") || $0 == 0x0A }
        guard isSingle, index < commands.count else { return "${}" }
        let command = commands[index]
        return "${" + command.first.text + command.arguments.map(\.text).joined() + "}"
    }

    /// `` `…` ``: a script of its own, in which some backslashes are taken away first.
    private mutating func backticks(_ builder: inout WordBuilder) throws(ShellSyntaxFailure) {
        at += 1
        var inner: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "`") {
            if byte == UInt8(ascii: "\\"), let next = peek(),
                next == UInt8(ascii: "`") || next == UInt8(ascii: "\\") || next == UInt8(ascii: "$")
            {
                inner.append(next)
                at += 2
            } else {
                inner.append(byte)
                at += 1
            }
        }
        guard take("`") else { throw ShellSyntaxFailure() }
        guard depth < ShellParser.maximumDepth else { throw ShellSyntaxFailure() }
        var parser = ShellParser(inner)
        parser.depth = depth + 1
        parser.misreadings = misreadings
        do {
            try parser.parse()
        } catch {
            misreadings = parser.misreadings
            throw error
        }
        misreadings = parser.misreadings
        commands += parser.commands
        hasPipe = hasPipe || parser.hasPipe
        builder.expansion("${VAR}")
    }

    /// The rest of `((…))`, up to and with its parentheses.
    mutating func arithmetic() throws(ShellSyntaxFailure) {
        var open = 0
        var ignored = WordBuilder()
        while let byte = current {
            switch byte {
            case UInt8(ascii: "("):
                open += 1
                at += 1
            case UInt8(ascii: ")"):
                at += 1
                if open > 0 {
                    open -= 1
                } else {
                    guard take(")") else { throw ShellSyntaxFailure() }
                    return
                }
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\"):
                try part(&ignored)
            default: at += 1
            }
        }
        throw ShellSyntaxFailure()
    }

    /// Where `{a,b}` or `{1..9}` ends; nil when the brace is just a brace.
    private func braceExpansion() -> Int? {
        var level = 0
        var isExpansion = false
        var index = at
        var quote: UInt8?
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "{") {
                level += 1
            } else if byte == UInt8(ascii: "}") {
                level -= 1
                if level == 0 { return isExpansion ? index + 1 : nil }
            } else if byte == UInt8(ascii: ",") && level == 1 {
                isExpansion = true
            } else if byte == UInt8(ascii: "."), level == 1, index + 1 < bytes.count, bytes[index + 1] == byte {
                isExpansion = true
            } else if ShellParser.endsWord(byte) || byte == UInt8(ascii: "`") {
                return nil
            }
            index += 1
        }
        return nil
    }

    /// `@(a|b)`
    private mutating func extendedPattern() throws(ShellSyntaxFailure) {
        at += 2
        try nested { parser throws(ShellSyntaxFailure) in
            var ignored = WordBuilder()
            while let byte = parser.current {
                if byte == UInt8(ascii: ")") {
                    parser.at += 1
                    return
                }
                if byte == UInt8(ascii: "|") || byte == 0x20 {
                    parser.at += 1
                } else if ShellParser.endsWord(byte) {
                    throw ShellSyntaxFailure()
                } else {
                    try parser.part(&ignored)
                }
            }
            throw ShellSyntaxFailure()
        }
    }
}
