/// The programs that Go code starts, as far as it calls them by names that stand there.
struct GoStarts: Sendable {
    /// The names.
    private(set) var names: Set<String> = []
    /// Whether it starts something whose name is made up when it runs, or may do so where it was not read.
    private(set) var isOpen = false

    init(_ code: CodeText) {
        isOpen = !code.isComplete(ending: ".go")
        for (path, text) in code.texts(ending: ".go") where !path.hasSuffix("_test.go") { read(text) }
    }

    /// Whether all of them are programs that the Dockerfile added itself.
    func areOwn(_ situation: Situation, _ evidence: Evidence) -> Bool {
        !isOpen
            && names.allSatisfy { name in
                let path = evidence.image.program(
                    name, workingDirectory: situation.workingDirectory, path: evidence.path)
                return path.map(evidence.added.contains) ?? false
            }
    }

    /// Finds the calls in the text of a file.
    private mutating func read(_ text: String) {
        if ["syscall.Exec(", "os.StartProcess(", "plugin.Open("].contains(where: text.contains) { isOpen = true }
        var rest = Substring(text)
        while let call = rest.firstRange(of: "exec.Command") {
            rest = rest[call.upperBound...]
            var arguments = rest
            if arguments.hasPrefix("Context(") {
                guard let comma = arguments.firstIndex(of: ",") else { continue }
                arguments = arguments[comma...].dropFirst()
            } else if arguments.hasPrefix("(") {
                arguments = arguments.dropFirst()
            } else {
                continue
            }
            arguments = arguments.drop { $0.isWhitespace }
            if arguments.hasPrefix("os.Args[0]") { continue }
            guard let quote = arguments.first, quote == "\"" || quote == "`" else {
                isOpen = true
                continue
            }
            names.insert(String(arguments.dropFirst().prefix { $0 != quote }))
        }
    }
}
