/// A command that has Go compile the program at each start.
struct GoRun: Sendable, Equatable {
    /// Flags of the compiler.
    let flags: [String]
    /// The package, or its files.
    let package: String
    /// What the program is given.
    let arguments: [String]

    private static let flagsWithValue: Set<String> = ["-tags", "-ldflags", "-mod", "-modfile", "-gcflags", "-asmflags"]

    /// Nil when the command is no plain `go run`.
    init?(_ view: StageView) {
        let words = view.commandWords
        guard words.starts(with: ["go", "run"]), case .single = view.shape, view.commandNode != nil else { return nil }
        var rest = words.dropFirst(2)
        var flags: [String] = []
        while let word = rest.first, word.hasPrefix("-") {
            // Who gives it another way to be started means that.
            guard word != "-exec", !word.hasPrefix("-exec=") else { return nil }
            rest.removeFirst()
            flags.append(word)
            if Self.flagsWithValue.contains(word) {
                guard let value = rest.popFirst() else { return nil }
                flags.append(value)
            }
        }
        guard let first = rest.first, (flags + [first]).allSatisfy(Self.isPlain) else { return nil }
        let files = rest.prefix { $0.hasSuffix(".go") }
        package = files.isEmpty ? first : files.joined(separator: " ")
        arguments = Array(rest.dropFirst(max(files.count, 1)))
        self.flags = flags
    }

    /// Whether a word needs no quotes in a shell.
    private static func isPlain(_ word: String) -> Bool {
        !word.contains { " \t\"'$`\\|&;<>()*?[]#~{}!".contains($0) }
    }
}
