extension ShellParser {
    /// Commands up to a place where `stops` is true, or the end. May be empty.
    mutating func list(_ stops: (borrowing ShellParser) -> Bool) throws(ShellSyntaxFailure) {
        skipLines()
        while at < bytes.count, !stops(self) {
            try andOr()
            skipBlanks()
            let start = at
            if current == 0x0A {
                skipLines()
                note(.newline, start..<start + 1)
            } else if current == UInt8(ascii: ";"), peek() != UInt8(ascii: ";") {
                at += 1
                note(.semicolon, start..<at)
                skipLines()
            } else if current == UInt8(ascii: "&") {
                at += 1
                note(.background, start..<at)
                skipLines()
            } else {
                return
            }
        }
    }

    /// At least one command.
    mutating func someList(_ stops: (borrowing ShellParser) -> Bool) throws(ShellSyntaxFailure) {
        skipLines()
        guard at < bytes.count, !stops(self) else { throw ShellSyntaxFailure() }
        try list(stops)
    }

    private mutating func note(_ kind: ShellOperator.Kind, _ range: Range<Int>) {
        if depth == 0 { operators.append(ShellOperator(kind: kind, range: range)) }
    }

    private mutating func andOr() throws(ShellSyntaxFailure) {
        try pipeline()
        while true {
            skipBlanks()
            let start = at
            let kind: ShellOperator.Kind
            if take("&&") { kind = .and } else if take("||") { kind = .or } else { return }
            note(kind, start..<at)
            skipLines()
            try pipeline()
        }
    }

    mutating func pipeline() throws(ShellSyntaxFailure) {
        skipBlanks()
        while current == UInt8(ascii: "!"), peek() == 0x20 || peek() == 0x09 {
            at += 1
            skipBlanks()
        }
        try command()
        while true {
            skipBlanks()
            let start = at
            guard current == UInt8(ascii: "|"), peek() != UInt8(ascii: "|") else { return }
            at += 1
            if current == UInt8(ascii: "&") { at += 1 }
            hasPipe = true
            note(.pipe, start..<at)
            skipLines()
            try command()
        }
    }

    private mutating func command() throws(ShellSyntaxFailure) {
        if depth == 0 { outermostCount += 1 }
        if try compound() {
            skipBlanks()
            while try redirection() { skipBlanks() }
        } else {
            try simple()
        }
        if depth == 0 { end = at }
    }

    /// The reserved word at this place; nil when the word there is none.
    func keyword() -> String? {
        var last = at
        while last < bytes.count, last - at < 9, bytes[last] >= UInt8(ascii: "a") && bytes[last] <= UInt8(ascii: "z") {
            last += 1
        }
        guard last > at, last == bytes.count || ShellParser.endsWord(bytes[last]) else { return nil }
        let word = String(decoding: bytes[at..<last], as: UTF8.self)
        return ShellParser.keywords.contains(word) ? word : nil
    }

    private static let keywords: Set<String> = [
        "if", "then", "elif", "else", "fi", "for", "select", "while", "until", "do", "done", "case", "esac",
        "function", "in",
    ]

    mutating func expect(keyword word: String) throws(ShellSyntaxFailure) {
        skipLines()
        guard keyword() == word else { throw ShellSyntaxFailure() }
        at += word.utf8.count
    }

    /// Words that cannot begin a command.
    private static let closers: Set<String> = ["then", "elif", "else", "fi", "do", "done", "esac"]

    /// Reads a compound command or a function. False when there is none.
    private mutating func compound() throws(ShellSyntaxFailure) -> Bool {
        if current == UInt8(ascii: "(") {
            if peek() == UInt8(ascii: "("), try tryArithmetic() { return true }
            at += 1
            try nested { parser throws(ShellSyntaxFailure) in
                try parser.someList { $0.current == UInt8(ascii: ")") }
                guard parser.take(")") else { throw ShellSyntaxFailure() }
            }
            return true
        }
        if current == UInt8(ascii: "{"), let next = peek(), next == 0x20 || next == 0x09 || next == 0x0A {
            at += 1
            try nested { parser throws(ShellSyntaxFailure) in
                try parser.someList { $0.current == UInt8(ascii: "}") }
                guard parser.take("}") else { throw ShellSyntaxFailure() }
            }
            return true
        }
        if looking(at: "[["), let next = peek(2), next == 0x20 || next == 0x09 || next == 0x0A {
            try condition()
            return true
        }
        guard let word = keyword() else { return try function() }
        if ShellParser.closers.contains(word) { throw ShellSyntaxFailure() }
        if word == "in" { return false }
        at += word.utf8.count
        try nested { parser throws(ShellSyntaxFailure) in
            switch word {
            case "if": try parser.ifClause()
            case "while", "until":
                try parser.someList { $0.keyword() == "do" }
                try parser.doGroup()
            case "for", "select": try parser.forClause()
            case "case": try parser.caseClause()
            default: try parser.functionClause()
            }
        }
        return true
    }

    private mutating func ifClause() throws(ShellSyntaxFailure) {
        try someList { $0.keyword() == "then" }
        try expect(keyword: "then")
        while true {
            try someList { ["elif", "else", "fi"].contains($0.keyword() ?? "") }
            guard let word = keyword() else { throw ShellSyntaxFailure() }
            at += word.utf8.count
            switch word {
            case "fi": return
            case "elif":
                try someList { $0.keyword() == "then" }
                try expect(keyword: "then")
            case "else":
                try someList { $0.keyword() == "fi" }
                try expect(keyword: "fi")
                return
            default: throw ShellSyntaxFailure()
            }
        }
    }

    private mutating func doGroup() throws(ShellSyntaxFailure) {
        try expect(keyword: "do")
        try someList { $0.keyword() == "done" }
        try expect(keyword: "done")
    }

    private mutating func forClause() throws(ShellSyntaxFailure) {
        skipBlanks()
        if looking(at: "((") {
            guard try tryArithmetic() else { throw ShellSyntaxFailure() }
        } else {
            _ = try requiredWord()
            skipLines()
            if keyword() == "in" {
                at += 2
                skipBlanks()
                while let byte = current, !ShellParser.endsWord(byte) {
                    _ = try requiredWord()
                    skipBlanks()
                }
            }
        }
        skipBlanks()
        if current == UInt8(ascii: ";") { at += 1 }
        skipLines()
        if current == UInt8(ascii: "{") {
            guard try compound() else { throw ShellSyntaxFailure() }
        } else {
            try doGroup()
        }
    }

    private mutating func caseClause() throws(ShellSyntaxFailure) {
        skipBlanks()
        _ = try requiredWord()
        try expect(keyword: "in")
        skipLines()
        while keyword() != "esac" {
            if current == UInt8(ascii: "(") { at += 1 }
            while true {
                skipBlanks()
                _ = try requiredWord()
                skipBlanks()
                if current == UInt8(ascii: "|") { at += 1 } else { break }
            }
            guard take(")") else { throw ShellSyntaxFailure() }
            try list { $0.looking(at: ";;") || $0.looking(at: ";&") || $0.keyword() == "esac" }
            if !(take(";;&") || take(";;") || take(";&")), keyword() != "esac" { throw ShellSyntaxFailure() }
            skipLines()
        }
        try expect(keyword: "esac")
    }

    private mutating func functionClause() throws(ShellSyntaxFailure) {
        skipBlanks()
        _ = try requiredWord()
        skipBlanks()
        if take("(") {
            skipBlanks()
            guard take(")") else { throw ShellSyntaxFailure() }
        }
        skipLines()
        guard try compound() else { throw ShellSyntaxFailure() }
    }

    /// `name() …`
    private mutating func function() throws(ShellSyntaxFailure) -> Bool {
        var last = at
        while last < bytes.count, !ShellParser.endsWord(bytes[last]), bytes[last] != UInt8(ascii: "="),
            bytes[last] != UInt8(ascii: "$"), bytes[last] != UInt8(ascii: "\""), bytes[last] != UInt8(ascii: "'"),
            bytes[last] != UInt8(ascii: "`")
        { last += 1 }
        guard last > at else { return false }
        var open = last
        while open < bytes.count, bytes[open] == 0x20 || bytes[open] == 0x09 { open += 1 }
        guard open < bytes.count, bytes[open] == UInt8(ascii: "(") else { return false }
        var close = open + 1
        while close < bytes.count, bytes[close] == 0x20 || bytes[close] == 0x09 { close += 1 }
        guard close < bytes.count, bytes[close] == UInt8(ascii: ")") else { throw ShellSyntaxFailure() }
        at = close + 1
        skipLines()
        try nested { parser throws(ShellSyntaxFailure) in
            guard try parser.compound() else { throw ShellSyntaxFailure() }
        }
        return true
    }

    /// `[[ … ]]`
    private mutating func condition() throws(ShellSyntaxFailure) {
        at += 2
        try nested { parser throws(ShellSyntaxFailure) in
            while true {
                parser.skipLines()
                guard let byte = parser.current else { throw ShellSyntaxFailure() }
                if parser.looking(at: "]]"), parser.peek(2).map(ShellParser.endsWord) ?? true {
                    parser.at += 2
                    return
                }
                if ShellParser.endsWord(byte) { parser.at += 1 } else { _ = try parser.requiredWord() }
            }
        }
    }
}
