/// Steps of a last stage that make nothing of the application: accounts, empty directories, roots of trust.
struct SetupSteps {
    /// Directories that have been made so far.
    private var made: Set<String> = []

    /// Packages of data that a lean base has in its own way.
    private static let packages: Set<String> = ["ca-certificates", "tzdata"]

    /// Whether all commands of a step are of that kind.
    mutating func areAll(_ script: ShellScript) -> Bool {
        for command in script.commands where !isSetup(command) { return false }
        return true
    }

    private mutating func isSetup(_ command: ShellScript.Command) -> Bool {
        let operands = command.arguments.filter { !$0.hasPrefix("-") }
        guard !command.arguments.contains(where: { $0.contains("$") }) else { return false }
        switch command.name {
        case "useradd", "groupadd", "adduser", "addgroup", "true", "set": return true
        case "mkdir":
            made.formUnion(operands)
            return true
        case "chown": return operands.dropFirst().allSatisfy(made.contains)
        case "rm": return operands.allSatisfy { $0.hasPrefix("/var/lib/apt/lists") || $0.hasPrefix("/var/cache/apk") }
        case "apt-get", "apt", "apk":
            return operands.first == "update" || (Self.installs(operands) && isData(command))
        default: return false
        }
    }

    private static func installs(_ operands: [String]) -> Bool {
        operands.first == "install" || operands.first == "add"
    }

    private func isData(_ command: ShellScript.Command) -> Bool {
        Self.packages.isSuperset(of: SystemPackages.names(command))
    }
}
