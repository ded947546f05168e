/// How package managers' command lines are looked at: which words are flags, and which words are theirs.
extension ShellCommand {
    /// True when the command has this name and at least one of the words.
    func has(_ name: String, _ words: String...) -> Bool {
        self.name == name && arguments.contains { words.contains($0.text) }
    }

    /// True when a word is among the arguments.
    func has(argument: String) -> Bool { arguments.contains { $0.text == argument } }

    /// True when words follow each other in the arguments.
    func has(sequence: String...) -> Bool {
        guard arguments.count >= sequence.count else { return false }
        return (0...(arguments.count - sequence.count)).contains { start in
            sequence.indices.allSatisfy { arguments[start + $0].text == sequence[$0] }
        }
    }

    /// True when one of the flags is there: `y` for `-y` and `-qy`, `yes` for `--yes` and `--yes=…`.
    func hasFlag(_ names: String...) -> Bool { arguments.contains { word in names.contains { word.isFlag($0) } } }

    /// How often a flag is there.
    func count(flag: String) -> Int { arguments.reduce(0) { $0 + $1.count(flag: flag) } }

    /// The arguments that are neither flags nor the values of the named flags.
    func operands(valuesOf valued: String...) -> [ShellWord] { operands(valuesOf: valued) }

    /// The arguments that are neither flags nor the values of the named flags.
    func operands(valuesOf valued: [String]) -> [ShellWord] {
        var result: [ShellWord] = []
        var isValue = false
        for word in arguments {
            let wasValue = isValue
            isValue = valued.contains { word.isFlag($0) } && !word.text.utf8.contains(UInt8(ascii: "="))
            if !wasValue, !word.isFlag { result.append(word) }
        }
        return result
    }

    /// The words that follow a flag.
    func values(of flag: String) -> [ShellWord] {
        zip(arguments, arguments.dropFirst()).filter { $0.0.isFlag(flag) }.map(\.1)
    }
}

extension ShellWord {
    /// `-x`, `--name`; neither `-` nor `--`.
    var isFlag: Bool { text.utf8.first == UInt8(ascii: "-") && text != "-" && text != "--" }

    /// True when this is, or holds, a flag of a name.
    func isFlag(_ name: String) -> Bool { count(flag: name) > 0 }

    /// How often a flag is in the word: twice in `-qq`.
    func count(flag name: String) -> Int {
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: "-"), bytes.count > 1 else { return 0 }
        let rest = bytes.dropFirst()
        if rest.first == UInt8(ascii: "-") {
            let long = rest.dropFirst().prefix { $0 != UInt8(ascii: "=") }
            return !long.isEmpty && long.elementsEqual(name.utf8) ? 1 : 0
        }
        guard let letter = name.utf8.first, name.utf8.count == 1 else { return 0 }
        return rest.reduce(0) { $0 + ($1 == letter ? 1 : 0) }
    }
}
