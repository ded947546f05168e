import DockerfileSyntax

extension Rule {
    /// npm install without versions.
    static let dl3016 = Rule.hadolint(
        "DL3016", "pin-npm-packages", .warning, "npm installs packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `package@version`, or list the packages in `package.json` and use \
            `npm ci`. The fix writes the versions that the registry has now.
            """,
            bad: Example(
                """
                FROM node:22
                RUN npm install -g typescript
                """, inputs: .packages(["typescript": "5.5.2"])),
            good: """
                FROM node:22
                RUN npm install -g typescript@5.5.2
                """),
        commands: ["npm"],
        fix: (
            .sameFiles, "write today's versions",
            { Pins.edits(unpinnedModules($0), of: $1, .npm, separator: "@", in: $2) }
        )
    ) { command, _ in !unpinnedModules(command).isEmpty }

    private static func unpinnedModules(_ command: ShellCommand) -> [ShellWord] {
        guard command.has("npm", "install") else { return [] }
        let words = command.operands(valuesOf: "loglevel", "registry")
        guard words.first?.text == "install" else { return [] }
        return words.drop { $0.text == "install" }.filter { !isPinnedModule($0.text) }
    }

    private static func isPinnedModule(_ package: String) -> Bool {
        if ["git://", "git+ssh://", "git+http://", "git+https://"].contains(where: { package.hasPrefix($0) }) {
            return package.contains("#")
        }
        if [".tar", ".tar.gz", ".tgz"].contains(where: { package.hasSuffix($0) }) { return true }
        if ["/", "./", "../", "~/"].contains(where: { package.hasPrefix($0) }) { return true }
        // The @ in front of a scope is none in front of a version.
        return (package.hasPrefix("@") ? package.drop { $0 > "/" } : package[...]).contains("@")
    }
}
