import DockerfileSyntax

/// Where a stage is while its instructions are followed: the working directory, and the variables that paths are written with.
struct StagePlace: Sendable {
    /// The working directory.
    private(set) var directory: String
    private var arguments: [String: String] = [:]
    private var environment: [String: String] = [:]
    private let given: [String: String]
    private let expander: WordExpander

    /// - Parameters:
    ///   - given: What arguments are set to from outside of the stage.
    ///   - start: The working directory of the base.
    ///   - inherited: The base's variables, as `NAME=VALUE`.
    init(_ expander: WordExpander, given: [String: String], start: String = "/", inherited: [String] = []) {
        self.expander = expander
        self.given = given
        directory = PathText.join("/", start)
        for variable in inherited {
            let name = variable.prefix { $0 != "=" }
            environment[String(name)] = String(variable.dropFirst(name.count + 1))
        }
    }

    /// Goes on by one instruction.
    mutating func follow(_ instruction: Instruction) {
        switch instruction.kind {
        case .env(let pairs): for pair in pairs { environment[pair.key] = expanded(pair.value) }
        case .arg(let named):
            for argument in named {
                arguments[argument.name] = given[argument.name] ?? argument.defaultValue.map(expanded)
            }
        case .workdir(let path): directory = self.path(path)
        default: break
        }
    }

    /// A path as it is seen from here.
    func path(_ text: String) -> String { PathText.join(directory, expanded(text)) }

    /// A word with its variables in their places, and without its quotes; as it is when one of them is not known.
    private func expanded(_ text: String) -> String {
        let variables = arguments.merging(environment) { $1 }
        guard let expansion = try? expander.expand(text, variables) else { return text }
        let isKnown = expansion.unmatched.allSatisfy { name in
            // It says itself what it is otherwise.
            ["${\(name):-", "${\(name)-"].contains(where: text.contains)
        }
        return isKnown ? expansion.result : text
    }
}
