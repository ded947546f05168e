/// From `CMD program argument` to `CMD ["program", "argument"]`, where that starts the same program with the same
/// arguments.
public enum ExecForm {
    /// Commands that only a shell has.
    private static let builtins: Set<String> = [
        ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "do", "done", "elif", "else", "esac",
        "eval", "exec", "exit", "export", "fg", "fi", "for", "function", "if", "local", "read", "readonly", "return",
        "set", "shift", "source", "then", "times", "trap", "type", "ulimit", "umask", "unset", "until", "wait",
        "while", "{", "}", "!", "[[",
    ]

    /// The words of a shell line that is nothing but a program and plain arguments; nil when a shell is needed.
    public static func words(_ line: String) -> [String]? {
        var words: [String] = []
        var word: [UInt8] = []
        var hasWord = false
        var quote: UInt8?
        for byte in line.utf8 {
            if let open = quote {
                if byte == open {
                    quote = nil
                } else if open == UInt8(ascii: "\""), isSpecialInQuotes(byte) {
                    return nil
                } else {
                    word.append(byte)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                if hasWord { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
                hasWord = false
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                quote = byte
                hasWord = true
            case _ where isSpecial(byte): return nil
            default:
                word.append(byte)
                hasWord = true
            }
        }
        guard quote == nil else { return nil }
        if hasWord { words.append(String(decoding: word, as: UTF8.self)) }
        if words.first == "exec", words.count > 1, !words[1].hasPrefix("-") { words.removeFirst() }
        guard let program = words.first, !program.isEmpty, !builtins.contains(program), !program.contains("=") else {
            return nil
        }
        return words
    }

    /// True for what a shell takes for more than itself.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\"), UInt8(ascii: "|"), UInt8(ascii: "&"),
            UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "#"),
            UInt8(ascii: "~"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "!"), 0x0A, 0x0D:
            true
        default: false
        }
    }

    /// The same between double quotes.
    private static func isSpecialInQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "$") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "\\")
            || byte == UInt8(ascii: "!")
    }

    /// True for one command without anything in front of or behind it, which `exec` can stand in front of.
    public static func isSimpleCommand(_ line: String) -> Bool {
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil }
                if open == "\"", character == "`" || character == "\\" { return false }
                continue
            }
            if character == "\"" || character == "'" {
                quote = character
            } else if "`\\|&;()<>#{}!\n\r".contains(character) {
                // Variables in braces are plain.
                guard character == "{" || character == "}", line.contains("${") else { return false }
            }
        }
        guard quote == nil, !line.contains("$(") else { return false }
        guard let program = line.split(separator: " ").first.map(String.init) else { return false }
        return !builtins.contains(program) && !program.contains("=")
    }

    /// The words in brackets, as CMD, ENTRYPOINT, RUN and HEALTHCHECK take them.
    public static func json(_ words: [String]) -> String {
        "[" + words.map(string).joined(separator: ", ") + "]"
    }

    /// A JSON string literal.
    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
