/// Why a script cannot be read. Which of the many reasons it is does not matter to anyone.
struct ShellSyntaxFailure: Error {}

/// Reads shell scripts as bash does, as far as it takes to find the commands in them.
///
/// Grammar and words are in the extensions. Whatever a shell would refuse ends the reading with a failure, and then
/// nothing is known of the script.
struct ShellParser {
    let bytes: [UInt8]
    var at = 0
    var commands: [ShellCommand] = []
    var hasPipe = false
    var operators: [ShellOperator] = []
    var outermostCount = 0
    var end = 0
    var hasLineBoundText = false
    /// How many constructs the place is in.
    var depth = 0
    /// Heredocs whose bodies begin behind the next line feed.
    var pendingHeredocs: [PendingHeredoc] = []

    /// How often a construct has been taken for another one than it is. Reading it again may go wrong in the same way
    /// inside of it, so the number is limited.
    var misreadings = 0

    /// More nesting than this is not read.
    static let maximumDepth = 48
    /// More misreadings than this are not put right.
    static let maximumMisreadings = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    struct PendingHeredoc {
        var delimiter: [UInt8]
        var stripsTabs: Bool
    }

    mutating func parse() throws(ShellSyntaxFailure) {
        try list { _ in false }
        guard at == bytes.count else { throw ShellSyntaxFailure() }
    }

    // MARK: The text

    var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    func peek(_ offset: Int = 1) -> UInt8? { at + offset < bytes.count ? bytes[at + offset] : nil }

    func looking(at text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for index in 0..<count where bytes[at + index] != text.utf8Start[index] { return false }
        return true
    }

    mutating func take(_ text: StaticString) -> Bool {
        guard looking(at: text) else { return false }
        at += text.utf8CodeUnitCount
        return true
    }

    /// Skips blanks, line continuations and a comment; not line feeds.
    mutating func skipBlanks() {
        while let byte = current {
            if byte == 0x20 || byte == 0x09 || byte == 0x0D {
                at += 1
            } else if byte == UInt8(ascii: "\\"), peek() == 0x0A {
                at += 2
            } else if byte == UInt8(ascii: "#") {
                hasLineBoundText = true
                while let byte = current, byte != 0x0A { at += 1 }
            } else {
                return
            }
        }
    }

    /// Skips blanks, comments and line feeds, and the bodies of heredocs behind these.
    mutating func skipLines() {
        skipBlanks()
        while current == 0x0A {
            at += 1
            skipHeredocs()
            skipBlanks()
        }
    }

    private mutating func skipHeredocs() {
        for heredoc in pendingHeredocs {
            while at < bytes.count {
                let lineEnd = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count
                var line = bytes[at..<lineEnd]
                if heredoc.stripsTabs { line = line.drop { $0 == 0x09 } }
                let isDelimiter = line.elementsEqual(heredoc.delimiter)
                // The line feed behind the last body ends the command that it belongs to.
                at = isDelimiter ? lineEnd : min(lineEnd + 1, bytes.count)
                if isDelimiter { break }
            }
            if current == 0x0A, heredoc.delimiter != pendingHeredocs.last?.delimiter { at += 1 }
        }
        pendingHeredocs = []
    }

    /// Reads something inside of something else.
    mutating func nested(
        _ body: (inout ShellParser) throws(ShellSyntaxFailure) -> Void
    ) throws(ShellSyntaxFailure) {
        guard depth < ShellParser.maximumDepth else { throw ShellSyntaxFailure() }
        depth += 1
        try body(&self)
        depth -= 1
    }

    /// Reads an arithmetic expression, or goes back to where it began when it is none. False in that case.
    mutating func tryArithmetic() throws(ShellSyntaxFailure) -> Bool {
        let saved = self
        at += 2
        do {
            try nested { parser throws(ShellSyntaxFailure) in try parser.arithmetic() }
            return true
        } catch {
            let count = misreadings + 1
            guard count <= ShellParser.maximumMisreadings else { throw error }
            self = saved
            misreadings = count
            return false
        }
    }

    /// True where a word cannot go on.
    static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"):
            true
        default: false
        }
    }
}
