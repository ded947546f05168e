import DockerfileSyntax

extension Rule {
    /// pip install without versions.
    static let dl3013 = Rule.hadolint(
        "DL3013", "pin-pip-packages", .warning, "pip installs packages without a version",
        Documentation(
            """
            The same Dockerfile installs something else tomorrow. Write `package==version`, or list the versions in a requirements file. \
            The fix writes the versions that the package index has now.
            """,
            bad: Example(
                """
                FROM python:3.12
                RUN pip install --no-cache-dir flask
                """, inputs: .packages(["flask": "3.0.3"])),
            good: """
                FROM python:3.12
                RUN pip install --no-cache-dir flask==3.0.3
                """),
        commands: [],
        fix: (
            .sameFiles, "write today's versions",
            { Pins.edits(PipCommand.unpinned($0), of: $1, .pip, separator: "==", in: $2) }
        )
    ) { command, _ in !PipCommand.unpinned(command).isEmpty }
}

/// Command lines of pip.
enum PipCommand {
    /// True for `pip install`, by whatever version of pip or Python.
    static func isInstall(_ command: ShellCommand) -> Bool {
        if command.name.hasPrefix("pip") {
            return !command.name.hasPrefix("pipenv") && command.has(argument: "install")
        }
        return command.name.hasPrefix("python") && command.has(sequence: "-m", "pip", "install")
    }

    private static let valued = [
        "abi", "b", "build", "e", "editable", "extra-index-url", "f", "find-links", "i", "index-url",
        "implementation", "no-binary", "only-binary", "platform", "prefix", "progress-bar", "proxy", "python",
        "python-version", "root", "root-user-action", "src", "t", "target", "trusted-host", "upgrade-strategy",
    ]

    /// The packages of an installation that have no version. None when requirements or constraints come from a file.
    static func unpinned(_ command: ShellCommand) -> [ShellWord] {
        guard isInstall(command), !command.hasFlag("constraint", "c"), !command.has(argument: "--requirement"),
            !command.has(argument: "-r"), !command.has(argument: ".")
        else { return [] }
        let words = command.operands(valuesOf: valued)
        return words.drop { $0.text != "install" }.drop { $0.text == "install" }.filter { !isPinned($0.text) }
    }

    private static func isPinned(_ package: String) -> Bool {
        if ["==", ">=", "<=", ">", "<", "!=", "~="].contains(where: { package.contains($0) }) { return true }
        if package.hasSuffix(".whl") || package.hasSuffix(".tar.gz") { return true }
        let isRepository = ["git", "hg+", "svn", "bzr+"].contains { package.hasPrefix($0) } && isScheme(package)
        return isRepository ? package.contains("@") : package.contains("/")
    }

    /// True for the ways in which pip names repositories of version control systems.
    private static func isScheme(_ package: String) -> Bool {
        package.hasPrefix("git") || package.hasPrefix("svn")
            || [
                "hg+file", "hg+http", "hg+ssh", "hg+static-http", "bzr+http", "bzr+ssh", "bzr+sftp", "bzr+ftp",
                "bzr+lp",
            ].contains { package.hasPrefix($0) }
    }
}
