/// `key=value,key=value` lists of options, in CSV form: a field that holds a comma is quoted as a whole.
struct CommaFields {
    /// The fields in order; a field without `=` has no value.
    let fields: [(key: String, value: String?)]

    /// Splits an option's value.
    init(_ text: String) throws(OptionError) {
        var fields: [(String, String?)] = []
        for field in try Self.split(text) {
            if let equals = field.firstIndex(of: "=") {
                fields.append((String(field[..<equals]), String(field[field.index(after: equals)...])))
            } else {
                fields.append((field, nil))
            }
        }
        self.fields = fields
    }

    private static func split(_ text: String) throws(OptionError) -> [String] {
        var result: [String] = []
        var field = ""
        var isQuoted = false
        var characters = Array(text)[...]
        while let character = characters.popFirst() {
            switch character {
            case "\"" where isQuoted && characters.first == "\"":
                field.append("\"")
                characters.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                result.append(field)
                field = ""
            default: field.append(character)
            }
        }
        if isQuoted { throw OptionError("\(text): the quotation is not closed") }
        result.append(field)
        return result.filter { !$0.isEmpty }
    }
}

/// An option whose value cannot be used.
struct OptionError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
