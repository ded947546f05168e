import DockerfileSyntax

/// Changes of a RUN instruction's text that leave the rest as it is written.
struct RunText: Sendable {
    private(set) var text: String

    /// The instruction's own text, or what a plan has already made of it.
    init(_ node: Int, _ view: StageView, _ plan: RuntimePlan) {
        text = plan.replacements[node] ?? view.dockerfile.source.text(in: view.dockerfile.nodes[node].range)
    }

    /// Some instruction's text.
    init(_ text: String) { self.text = text }

    /// Two instructions of one: the commands in front of the numbered one, and those from it on.
    ///
    /// - Returns: nil when anything but `&&` joins them, or when there are flags, which might be for either.
    func split(before number: Int) -> (first: String, rest: String)? {
        guard let blank = text.firstIndex(where: { $0 == " " || $0 == "\t" }) else { return nil }
        let body = String(text[blank...].drop { $0 == " " || $0 == "\t" })
        let commands = ShellScript(body).commands
        guard number > 0, number < commands.count, !body.hasPrefix("--"), !body.hasPrefix("["), !body.contains("<<"),
            !body.contains("||"), !body.contains(";"), !body.contains("|"), !body.contains("\n#")
        else { return nil }
        // What a command changes of the shell itself, the next instruction would not know.
        let changing = ["cd", "export", "set", "source", ".", "umask", ""]
        guard !commands[..<number].contains(where: { changing.contains($0.name) }) else { return nil }
        let bytes = Array(body.utf8)
        func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
            var text = Substring(String(decoding: bytes, as: UTF8.self))
            while let last = text.last, last.isWhitespace || last == "&" || last == "\\" { text = text.dropLast() }
            return String(text)
        }
        let start = commands[number].range.lowerBound
        return ("RUN " + trimmed(bytes[..<start]), "RUN " + String(decoding: bytes[start...], as: UTF8.self))
    }

    /// The commands, behind the keyword and its flags.
    var commandText: Substring {
        var at = text.firstIndex { $0 == " " || $0 == "\t" } ?? text.endIndex
        while true {
            at = text[at...].firstIndex { $0 != " " && $0 != "\t" } ?? text.endIndex
            guard text[at...].hasPrefix("--") else { break }
            at = text[at...].firstIndex { $0 == " " || $0 == "\t" } ?? text.endIndex
        }
        return text[at...]
    }

    /// Puts commands in front of the first one, behind the keyword and its flags.
    mutating func prefixCommand(_ commands: String) {
        let at = commandText.startIndex
        text.insert(contentsOf: commands, at: at)
    }

    /// Adds a flag behind the keyword, unless it is there.
    mutating func addFlag(_ flag: String) {
        guard !text.contains(flag), let blank = text.firstIndex(where: { $0 == " " || $0 == "\t" }) else { return }
        let rest = text[blank...].drop { $0 == " " || $0 == "\t" }
        text = text[..<blank] + " " + flag + " " + rest
    }

    /// Changes each command that begins with a phrase that stands alone.
    ///
    /// - Parameter edit: Gets the text in front of the command, back to the operator before it, and the command itself up to
    ///   the next operator or line end; what it leaves of the latter takes its place.
    mutating func editCommands(
        beginningWith phrase: String, _ edit: (_ before: Substring, _ command: inout String) -> Void
    ) {
        var result = ""
        var rest = Substring(text)
        while let range = rest.firstRange(of: phrase) {
            let before = text[..<range.lowerBound]
            let end = Self.commandEnd(text[range.lowerBound...])
            guard before.last.map({ " \t\n;&|(".contains($0) }) ?? true,
                range.upperBound == text.endIndex || " \t\n;&|)\\".contains(text[range.upperBound])
            else {
                result += rest[..<range.upperBound]
                rest = rest[range.upperBound...]
                continue
            }
            var command = String(text[range.lowerBound..<end])
            edit(before.suffix(while: { !";&|(".contains($0) }), &command)
            result += rest[..<range.lowerBound] + command
            rest = text[end...]
        }
        text = result + rest
    }

    /// Takes each occurrence of a flag out, with the blank in front of it.
    mutating func remove(_ flag: String) {
        let phrase = " " + flag
        var result = ""
        var rest = Substring(text)
        while let range = rest.firstRange(of: phrase) {
            let after = range.upperBound == rest.endIndex ? " " : rest[range.upperBound]
            result += rest[..<range.lowerBound]
            if !" \t\n;&|)\\".contains(after) { result += phrase }
            rest = rest[range.upperBound...]
        }
        text = result + rest
    }

    /// Takes a word out of a list; a line of its own goes with it.
    mutating func removeWord(_ word: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for index in lines.indices.reversed() where index > 0 {
            let words = lines[index].split { $0 == " " || $0 == "\t" }
            guard words.first == Substring(word), words.dropFirst().allSatisfy({ $0 == "\\" }) else { continue }
            lines.remove(at: index)
            // The line before was continued by this one.
            if words.count == 1 {
                lines[index - 1] = String(
                    lines[index - 1].reversed().drop { $0 == "\\" || $0.isWhitespace }.reversed())
            }
        }
        text = lines.joined(separator: "\n")
        remove(word)
    }

    /// Where the command at the beginning of a text ends: quotes and continued lines are gone over.
    private static func commandEnd(_ text: Substring) -> Substring.Index {
        var quote: Character?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if character == "\\", quote != "'" {
                index = text.index(index, offsetBy: 2, limitedBy: text.endIndex) ?? text.endIndex
                continue
            }
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if ";&|)\n".contains(character) {
                return index
            }
            index = text.index(after: index)
        }
        return text.endIndex
    }

    /// Puts text behind each occurrence of a phrase that stands alone.
    mutating func insert(_ addition: String, behind phrase: String) {
        replace(phrase, with: phrase + addition)
    }

    /// Puts other text in the place of each occurrence of a phrase that stands alone.
    mutating func replace(_ phrase: String, with replacement: String) {
        var result = ""
        var rest = Substring(text)
        while let range = rest.firstRange(of: phrase) {
            let before = range.lowerBound == text.startIndex ? " " : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? " " : text[range.upperBound]
            let stands = " \t\n;&|(".contains(before) && " \t\n;&|)\\".contains(after)
            result += rest[..<range.lowerBound] + (stands ? replacement : String(rest[range]))
            rest = rest[range.upperBound...]
        }
        text = result + rest
    }
}

extension Substring {
    /// The longest end of which every character satisfies a condition.
    func suffix(while condition: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !condition($0) }) else { return self }
        return self[index(after: last)...]
    }

    /// Where a text is found first.
    func firstRange(of phrase: String) -> Range<Index>? {
        guard let first = phrase.first else { return nil }
        var start = startIndex
        while let candidate = self[start...].firstIndex(of: first) {
            if self[candidate...].hasPrefix(phrase),
                let end = index(candidate, offsetBy: phrase.count, limitedBy: endIndex)
            {
                return candidate..<end
            }
            start = index(after: candidate)
        }
        return nil
    }
}
