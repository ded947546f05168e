import DockerfileSyntax

/// From `CMD program argument` to `CMD ["program", "argument"]`, where that starts the same program with the same
/// arguments.
enum ExecForm {
    /// Commands that only a shell has.
    private static let builtins: Set<String> = [
        ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "do", "done", "elif", "else", "esac",
        "eval", "exec", "exit", "export", "fg", "fi", "for", "function", "if", "local", "read", "readonly", "return",
        "set",
        "shift", "source", "then", "times", "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while", "{",
        "}",
        "!", "[[",
    ]

    /// The words of a shell line that is nothing but a program and plain arguments; nil when a shell is needed.
    static func words(_ line: String) -> [String]? {
        var words: [String] = []
        var word = ""
        var hasWord = false
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open {
                    quote = nil
                } else if open == "\"", "$`\\!".contains(character) {
                    return nil
                } else {
                    word.append(character)
                }
            } else if character == " " || character == "\t" {
                if hasWord { words.append(word) }
                word = ""
                hasWord = false
            } else if character == "\"" || character == "'" {
                quote = character
                hasWord = true
            } else if "$`\\|&;<>()*?[]#~{}!\n\r".contains(character) {
                return nil
            } else {
                word.append(character)
                hasWord = true
            }
        }
        guard quote == nil else { return nil }
        if hasWord { words.append(word) }
        if words.first == "exec", words.count > 1, !words[1].hasPrefix("-") { words.removeFirst() }
        guard let program = words.first, !program.isEmpty, !builtins.contains(program), !program.contains("=") else {
            return nil
        }
        return words
    }

    /// The fix; nil when a shell is needed, or when the other instruction of the two would come to mean something else.
    static func fix(_ command: CommandLine, of node: SyntaxNode, name: String, in context: CheckContext) -> Fix? {
        guard let line = command.words.first, command.words.count == 1, command.files.isEmpty,
            let range = node.argumentsRange, let words = words(line)
        else { return nil }
        // A shell line as ENTRYPOINT ignores CMD; a program would get it as arguments.
        if name == "ENTRYPOINT" {
            let hasCommand = context.stages.contains { facts in
                facts.instructions.contains { if case .cmd = $0.kind { true } else { false } }
            }
            if hasCommand { return nil }
        }
        let json = "[" + words.map(jsonString).joined(separator: ", ") + "]"
        return Fix(
            .declaredChange, "write the exec form", edits: [TextEdit(range: range, replacement: json)])
    }

    /// True for one command without anything in front of or behind it, which `exec` can stand in front of.
    static func isSimpleCommand(_ line: String) -> Bool {
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

    /// A JSON string literal.
    static func jsonString(_ text: String) -> String {
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
