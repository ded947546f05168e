/// The commands of a shell script, as far as they can be told without running it: enough to find `pip install` and what
/// it is given.
struct ShellScript: Sendable {
    /// One simple command.
    struct Command: Sendable, Equatable {
        /// Its words without quotes; assignments in front are among them.
        var words: [String]
        /// Where it stands in the script: byte offsets.
        var range: Range<Int>

        /// The words from the program's name on.
        var program: ArraySlice<String> {
            words.drop { word in
                guard let equals = word.firstIndex(of: "="), let first = word.first else { return false }
                return (first.isLetter || first == "_") && !word[..<equals].contains("/")
            }
        }
        /// The program's name without its directory.
        var name: String { program.first.map { String($0.split(separator: "/").last ?? "") } ?? "" }
        /// What the program is given.
        var arguments: [String] { Array(program.dropFirst()) }
    }

    /// The commands in order.
    let commands: [Command]

    /// Splits a script at its operators and line ends.
    init(_ text: String) {
        var commands: [Command] = []
        let bytes = Array(text.utf8)
        var words: [String] = []
        var word: [UInt8]?
        var start = 0
        var index = 0
        func byte(_ offset: Int) -> UInt8? { index + offset < bytes.count ? bytes[index + offset] : nil }
        func endWord() {
            if let done = word { words.append(String(decoding: done, as: UTF8.self)) }
            word = nil
        }
        func endCommand(at end: Int) {
            endWord()
            if !words.isEmpty { commands.append(Command(words: words, range: start..<end)) }
            words = []
        }
        while index < bytes.count {
            let current = bytes[index]
            switch current {
            case UInt8(ascii: "\\"):
                if byte(1) != UInt8(ascii: "\n"), let next = byte(1) {
                    if words.isEmpty, word == nil { start = index }
                    word = (word ?? []) + [next]
                }
                index += 2
                continue
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                if words.isEmpty, word == nil { start = index }
                var content = word ?? []
                index += 1
                while index < bytes.count, bytes[index] != current {
                    if current == UInt8(ascii: "\""), bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                        index += 1
                    }
                    content.append(bytes[index])
                    index += 1
                }
                word = content
            case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "\n"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                endCommand(at: index)
            case UInt8(ascii: "#") where word == nil:
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
                continue
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                endWord()
            default:
                if words.isEmpty, word == nil { start = index }
                word = (word ?? []) + [current]
            }
            index += 1
        }
        endCommand(at: bytes.count)
        // Reserved words stand in front of the command that matters.
        self.commands = commands.compactMap { command in
            var command = command
            while let first = command.words.first, Self.reserved.contains(first) { command.words.removeFirst() }
            return command.words.isEmpty ? nil : command
        }
    }

    private static let reserved: Set<String> = [
        "if", "then", "else", "elif", "fi", "do", "done", "while", "!", "{", "}",
    ]
}
