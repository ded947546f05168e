import DockerfileSyntax

extension Rule {
    /// gem install without versions.
    static let dl3028 = Rule.hadolint(
        "DL3028", "pin-gems", .warning, "gem installs gems without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `gem:version`, or use a Gemfile with its lock file. The fix writes \
            the versions that the gem server has now.
            """,
            bad: Example(
                """
                FROM ruby:3.3
                RUN gem install rails
                """, inputs: .packages(["rails": "7.1.3"])),
            good: """
                FROM ruby:3.3
                RUN gem install rails:7.1.3
                """),
        commands: ["gem"],
        fix: (
            .sameFiles, "write today's versions",
            { Pins.edits(unpinnedGems($0), of: $1, .gem, separator: ":", in: $2) }
        )
    ) { command, _ in !unpinnedGems(command).isEmpty }

    private static func unpinnedGems(_ command: ShellCommand) -> [ShellWord] {
        guard command.has("gem", "install", "i"), !command.has(argument: "-v"), !command.has(argument: "--version"),
            !command.arguments.contains(where: { $0.text.hasPrefix("--version=") })
        else { return [] }
        var gems: [ShellWord] = []
        var isValue = false
        // Every option is taken to have a value of its own.
        for word in command.arguments.prefix(while: { $0.text != "--" }) {
            if isValue {
                isValue = false
            } else if word.text.hasPrefix("-") {
                isValue = true
            } else if word.text != "install", word.text != "i", !word.text.contains(":") {
                gems.append(word)
            }
        }
        return gems
    }
}
