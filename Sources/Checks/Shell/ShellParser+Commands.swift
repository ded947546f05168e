extension ShellParser {
    /// `name=value … command word … <redirections`
    mutating func simple() throws(ShellSyntaxFailure) {
        let index = commands.count
        let start = at
        var words: [ShellWord] = []
        var isEmpty = true
        var end = at
        while true {
            if words.isEmpty, try assignment() {
                isEmpty = false
            } else if try redirection() {
                isEmpty = false
            } else if let byte = current, !ShellParser.endsWord(byte) || isProcessSubstitution {
                if let first = words.first, ShellParser.declarations.contains(first.text), try assignment() {
                    words.append(ShellWord(text: "", literal: nil, range: end..<at))
                } else {
                    words.append(try requiredWord())
                }
                isEmpty = false
                if words.count == 1, words[0].text == "[" { return try test() }
                if words.count == 1, words[0].literal == "time" { return try timed(words[0]) }
            } else {
                break
            }
            end = at
            skipBlanks()
        }
        guard !isEmpty else { throw ShellSyntaxFailure() }
        // A word followed by a parenthesis is a function with something between its parentheses.
        if current == UInt8(ascii: "(") { throw ShellSyntaxFailure() }
        at = end
        add(words, range: start..<end, at: index)
    }

    /// True at `<(` and `>(`, which are parts of words.
    var isProcessSubstitution: Bool {
        (current == UInt8(ascii: "<") || current == UInt8(ascii: ">")) && peek() == UInt8(ascii: "(")
    }

    /// Commands whose arguments may be assignments with arrays.
    private static let declarations: Set<String> = ["declare", "export", "local", "readonly", "typeset"]

    /// `time [-p] pipeline`
    private mutating func timed(_ word: ShellWord) throws(ShellSyntaxFailure) {
        add([word], range: word.range, at: commands.count)
        skipBlanks()
        while current == UInt8(ascii: "-") {
            _ = try requiredWord()
            skipBlanks()
        }
        guard let byte = current, !ShellParser.endsWord(byte) || byte == UInt8(ascii: "(") else { return }
        try nested { parser throws(ShellSyntaxFailure) in try parser.pipeline() }
    }

    /// The rest of `[ … ]`, which is a condition rather than a command.
    private mutating func test() throws(ShellSyntaxFailure) {
        while true {
            skipBlanks()
            guard let byte = current, byte != 0x0A else { throw ShellSyntaxFailure() }
            if byte == UInt8(ascii: "]"), peek().map(ShellParser.endsWord) ?? true {
                at += 1
                break
            }
            if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "(")
                || byte == UInt8(ascii: ")")
            {
                at += 1
                continue
            }
            guard !ShellParser.endsWord(byte) else { throw ShellSyntaxFailure() }
            _ = try requiredWord()
        }
        skipBlanks()
        while try redirection() { skipBlanks() }
    }

    private mutating func add(_ words: [ShellWord], range: Range<Int>, at index: Int) {
        guard let first = words.first, let literal = first.literal else { return }
        let arguments = Array(words.dropFirst())
        guard let name = effectiveName(literal, arguments) else { return }
        commands.insert(
            ShellCommand(name: name, first: first, arguments: arguments, isOutermost: depth == 0, range: range),
            at: index)
    }

    /// The command that is started in the end; nil when its name is not literal.
    private func effectiveName(_ name: String, _ arguments: [ShellWord]) -> String? {
        switch name {
        case "busybox", "builtin", "command", "run":
            guard let first = arguments.first, !first.text.hasPrefix("-") else { return name }
            return first.literal
        case "exec":
            var index = 0
            while index < arguments.count, arguments[index].isFlag {
                index += arguments[index].text == "-a" ? 2 : 1
            }
            guard index < arguments.count else { return name }
            return arguments[index].literal
        default: return name
        }
    }

    /// Reads `name=value`, `name+=value`, `name[index]=value` or an array. False when there is none.
    private mutating func assignment() throws(ShellSyntaxFailure) -> Bool {
        var last = at
        while last < bytes.count, ShellParser.isNameByte(bytes[last], first: last == at) { last += 1 }
        guard last > at, last < bytes.count else { return false }
        if bytes[last] == UInt8(ascii: "[") {
            guard let close = bytes[last...].firstIndex(of: UInt8(ascii: "]")),
                !bytes[last..<close].contains(where: { $0 == 0x20 || $0 == 0x0A })
            else { return false }
            last = close + 1
        }
        if last < bytes.count, bytes[last] == UInt8(ascii: "+") { last += 1 }
        guard last < bytes.count, bytes[last] == UInt8(ascii: "=") else { return false }
        at = last + 1
        if current == UInt8(ascii: "(") {
            at += 1
            try nested { parser throws(ShellSyntaxFailure) in
                parser.skipLines()
                while let byte = parser.current, byte != UInt8(ascii: ")") {
                    guard !ShellParser.endsWord(byte) else { throw ShellSyntaxFailure() }
                    _ = try parser.requiredWord()
                    parser.skipLines()
                }
                guard parser.take(")") else { throw ShellSyntaxFailure() }
            }
        } else if let byte = current, !ShellParser.endsWord(byte) {
            _ = try requiredWord()
        } else if isProcessSubstitution {
            _ = try requiredWord()
        }
        return true
    }

    static func isNameByte(_ byte: UInt8, first: Bool) -> Bool {
        let letter = byte | 0x20
        if letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") { return true }
        if byte == UInt8(ascii: "_") { return true }
        return !first && byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// Reads a redirection. False when there is none.
    mutating func redirection() throws(ShellSyntaxFailure) -> Bool {
        var last = at
        while last < bytes.count, bytes[last] >= UInt8(ascii: "0"), bytes[last] <= UInt8(ascii: "9") { last += 1 }
        if last == at, bytes[at...].starts(with: "{".utf8) {
            var name = at + 1
            while name < bytes.count, ShellParser.isNameByte(bytes[name], first: name == at + 1) { name += 1 }
            if name > at + 1, name < bytes.count, bytes[name] == UInt8(ascii: "}") { last = name + 1 }
        }
        guard last < bytes.count else { return false }
        let byte = bytes[last]
        if byte == UInt8(ascii: "&"), last == at, peek() == UInt8(ascii: ">") {
            at += 1
        } else if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
            // `<(…)` is a word.
            if last + 1 < bytes.count, bytes[last + 1] == UInt8(ascii: "("), last == at { return false }
            at = last
        } else {
            return false
        }
        if take("<<<") {
        } else if looking(at: "<<") {
            return try heredoc()
        } else if take("<>") || take(">|") || take(">>") || take(">&") || take("<&") {
        } else {
            at += 1
        }
        skipBlanks()
        _ = try requiredWord()
        return true
    }

    private mutating func heredoc() throws(ShellSyntaxFailure) -> Bool {
        at += 2
        let stripsTabs = take("-")
        skipBlanks()
        let start = at
        let word = try requiredWord()
        // Quotes in the delimiter keep the body from being expanded; the delimiter is what is between them.
        let delimiter = bytes[start..<at].filter {
            $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard !word.text.isEmpty else { throw ShellSyntaxFailure() }
        hasLineBoundText = true
        pendingHeredocs.append(PendingHeredoc(delimiter: Array(delimiter), stripsTabs: stripsTabs))
        return true
    }
}
