import DockerfileSyntax

extension Rule {
    /// dnf install without versions.
    static let dl3041 = Rule.hadolint(
        "DL3041", "pin-dnf-packages", .warning, "dnf installs packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `package-version`. The fix writes the versions that the base \
            image's repositories have now.
            """,
            bad: Example(
                """
                FROM fedora:40
                RUN dnf install -y httpd && dnf clean all
                """, inputs: .packages(["httpd": "2.4.59-2.fc40"])),
            good: """
                FROM fedora:40
                RUN dnf install -y httpd-2.4.59-2.fc40 && dnf clean all
                """)
    ) { context in
        RedHatPackages.matches(
            context, programs: ["dnf", "microdnf"], groups: ["module", "group"],
            manager: { $0 == "microdnf" ? .microdnf : .dnf })
    }
}

/// Packages in the notation `name-version`, where only the look of what is behind the dash tells a version.
enum RedHatPackages {
    /// Matches for scripts that install packages without versions.
    static func matches(
        _ context: CheckContext, programs: [String], groups: [String], manager: (String) -> PackageManager
    ) -> [Match] {
        guard context.runs.contains(where: { $0.starts(programs) }) else { return [] }
        return context.runs.compactMap { run in
            guard run.starts(programs) else { return nil }
            let variables = self.variables(of: run.statement, context)
            var found: [(command: ShellCommand, words: [ShellWord])] = []
            for command in run.commands where programs.contains(command.name) && command.has(argument: "install") {
                let words = command.operands().filter { $0.text != "install" && $0.text != "module" }
                if command.has(argument: "module") {
                    let streams = words.filter { !$0.text.contains(":") }
                    if !streams.isEmpty { found.append((command, [])) }
                } else if !groups.contains(where: { command.has(argument: $0) }) {
                    let unpinned = words.filter { !isPinned($0.text, variables) }
                    if !unpinned.isEmpty { found.append((command, unpinned)) }
                }
            }
            guard let first = found.first else { return nil }
            let edits = found.flatMap {
                Pins.edits($0.words, of: run, manager($0.command.name), separator: "-", in: context)
            }
            return run.statement.match(
                focus: run.place(first.command.range),
                fix: edits.isEmpty ? nil : Fix(.sameFiles, "write today's versions", edits: edits))
        }
    }

    private static func isPinned(_ package: String, _ variables: Set<String>) -> Bool {
        let parts = package.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return false }
        if package.hasSuffix(".rpm") { return true }
        if package.contains("$") { return variables.contains { package.contains("${\($0)}") } }
        let version = parts.dropFirst()
        return version.allSatisfy { $0.utf8.allSatisfy(isVersionByte) }
            && version.contains { $0.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } == true }
    }

    private static func isVersionByte(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") || byte >= 0x30 && byte <= 0x39
            || ".~^_:+".utf8.contains(byte)
    }

    /// Variables that may hold a version: those set in the stage and in the ones it begins with, and all arguments.
    private static func variables(of run: Statement, _ context: CheckContext) -> Set<String> {
        var stages: Set<Int> = [run.stage]
        var next = context.fromLines.parent(of: run.stage)
        while let stage = next, stages.insert(stage).inserted { next = context.fromLines.parent(of: stage) }
        var names: Set<String> = []
        for statement in context.statements.all where statement.isTrigger == run.isTrigger {
            if statement.index >= run.index { break }
            if statement.kind == .arg { names.formUnion(statement.argumentNames) }
            if statement.kind == .env, run.isTrigger || stages.contains(statement.stage) {
                names.formUnion(statement.pairs.map(\.name))
            }
        }
        return names
    }
}
