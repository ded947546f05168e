/// What an rpm package requires and provides, by its header.
enum RpmRequirements {
    private static let provides = 1047
    private static let requires = 1049

    static func read(_ header: RpmHeader) -> PackageRequirements {
        var requirements = PackageRequirements()
        for name in header.texts(requires) {
            if name.first == UInt8(ascii: "(") {
                addCondition(name, to: &requirements.choices)
            } else if !name.begins(with: "rpmlib(") {
                requirements.choices.add(name)
            }
        }
        for name in header.texts(provides) { requirements.provides.add(name) }
        return requirements
    }

    /// `(a >= 1 or b)`, `(a and b)`, `(a if b)`: of one with `or` any name will do; what follows `if` or `unless` is no
    /// requirement but a condition, and what stands under one is required where it is there.
    private static func addCondition(_ text: ArraySlice<UInt8>, to choices: inout ChoiceList) {
        var names: [ArraySlice<UInt8>] = []
        var isChoice = false
        var isVersion = false
        words: for word in text.split(separator: UInt8(ascii: " ")) {
            let word = bare(word)
            switch word.text {
            case "or": isChoice = true
            case "and", "with": break
            case "if", "unless", "else", "without": break words
            case "<", "<=", "=", ">=", ">": isVersion = true
            default:
                if !isVersion { names.append(word) }
                isVersion = false
            }
        }
        if isChoice { choices.add(names) } else { for name in names { choices.add(name) } }
    }

    /// A word without the brackets around it; those of a name itself, as in `perl(Carp)`, come in pairs.
    private static func bare(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var word = word.drop { $0 == UInt8(ascii: "(") }
        var surplus = 0
        for byte in word {
            if byte == UInt8(ascii: "(") { surplus -= 1 }
            if byte == UInt8(ascii: ")") { surplus += 1 }
        }
        while surplus > 0, word.last == UInt8(ascii: ")") {
            word = word.dropLast()
            surplus -= 1
        }
        return word
    }
}
