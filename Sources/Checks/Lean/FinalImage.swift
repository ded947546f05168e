import DockerfileSyntax

/// What ends up in the layers of the image: the final stage, and the stages it is built upon by FROM.
struct FinalImage: Fact {
    /// The stages, the lowest first; empty when there is none.
    let stages: [StageFacts]
    /// The scripts of their RUN instructions, in order.
    let runs: [RunScript]
    private let indices: Set<Int>

    init(_ context: CheckContext) {
        guard let last = context.finalStage else {
            stages = []
            runs = []
            indices = []
            return
        }
        let chain = context.fact(StageGraph.self).chain(of: last.index)
        let indices = Set(chain.map(\.index))
        stages = chain.reversed()
        self.indices = indices
        runs = context.runs.filter { indices.contains($0.statement.stage) && !$0.statement.isTrigger }
    }

    /// The instructions in order.
    var instructions: [Instruction] { stages.flatMap(\.instructions) }

    /// True for the stages in it.
    func contains(_ stage: Int) -> Bool { indices.contains(stage) }
}

/// Commands that install packages of the system.
enum SystemPackages {
    private static let managers: Set<String> = [
        "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "zypper", "tdnf", "pacman",
    ]
    private static let valued = [
        "t", "target-release", "o", "c", "X", "repository", "virtual", "p", "repo", "enablerepo",
    ]

    /// The names of the packages that a command installs, without their versions; empty for other commands.
    static func installed(by command: ShellCommand) -> [String] {
        guard managers.contains(command.name) else { return [] }
        let verbs = command.name == "pacman" ? [] : ["install", "add", "in"]
        guard command.name == "pacman" || command.arguments.contains(where: { verbs.contains($0.text) }) else {
            return []
        }
        return command.operands(valuesOf: valued).map(\.text).filter { !verbs.contains($0) }.map { word in
            String(Substring(word.utf8.prefix { !"=<>~@".utf8.contains($0) }))
        }
    }

    /// The same, and the name that apk gives to all of them.
    static func named(by command: ShellCommand) -> [String] {
        let packages = installed(by: command)
        return packages.isEmpty || command.name != "apk"
            ? packages : packages + (command.values(of: "virtual") + command.values(of: "t")).map(\.text)
    }

    private static let removals = ["remove", "purge", "autoremove", "del", "erase", "rm"]

    /// True for a command that takes packages away again.
    static func removes(_ command: ShellCommand) -> Bool {
        managers.contains(command.name) && command.arguments.contains { removals.contains($0.text) }
    }

    /// The names of the packages that a command takes away; none where it finds them out itself.
    static func removed(by command: ShellCommand) -> [String] {
        guard removes(command) else { return [] }
        return command.operands(valuesOf: valued).map(\.text).filter { !removals.contains($0) }
    }
}
