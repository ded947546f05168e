import DockerfileSyntax

extension Rule {
    /// go install without versions.
    static let dl3062 = Rule.hadolint(
        "DL3062", "pin-go-packages", .warning, "go installs a package without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `package@version`. The fix writes the version that the module proxy \
            has now.
            """,
            bad: Example(
                """
                FROM golang:1.22
                RUN go install example.org/tool@latest
                """, inputs: .packages(["example.org/tool": "v1.2.3"])),
            good: """
                FROM golang:1.22
                RUN go install example.org/tool@v1.2.3
                """)
    ) { context in
        context.runs.compactMap { run in
            guard run.starts("go") else { return nil }
            let commands = run.commands.filter { $0.name == "go" }
            // What is run hides what is installed: one of the two is looked at.
            var words = commands.filter { $0.has(argument: "run") }.flatMap {
                $0.operands().prefix(2).filter { $0.text != "run" }
            }
            if words.isEmpty {
                words = commands.filter { $0.has("go", "install", "get") }.flatMap {
                    $0.operands().filter { !["install", "get", "tool"].contains($0.text) }
                }
            }
            let unpinned = words.filter { !isPinnedGo($0.text) }
            guard let first = unpinned.first else { return nil }
            let edits = unpinned.compactMap { pin($0, run, context) }
            return run.statement.match(
                focus: run.place(first.range),
                fix: edits.isEmpty ? nil : Fix(.sameFiles, "write today's versions", edits: edits))
        }
    }

    private static func isPinnedGo(_ package: String) -> Bool {
        if package.hasPrefix(".") || package.hasPrefix("/") { return true }
        return package.contains("@") && !package.hasSuffix("@latest") && !package.hasSuffix("@none")
    }

    private static func pin(_ word: ShellWord, _ run: RunScript, _ context: CheckContext) -> TextEdit? {
        guard !word.text.hasSuffix("@none"), !word.text.contains("$"),
            PackageSources.areThoseOfTheImage(.go, at: run, context)
        else { return nil }
        let name = word.text.hasSuffix("@latest") ? String(word.text.dropLast("@latest".count)) : word.text
        let version = context.inputs.packages?.version(
            of: name, manager: .go, image: context.image(under: run.statement.stage))
        guard let version, Pins.isVersion(version), version != "latest" else { return nil }
        return run.replacing(word, with: name + "@" + version)
    }
}
