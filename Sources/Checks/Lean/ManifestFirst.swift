import DockerfileSyntax

/// From `COPY . .` in front of an installation to the manifests, the installation, and then the rest: where the manifests
/// show that the installation looks at nothing else.
enum ManifestFirst {
    /// The fix, for a RUN that does nothing else, right behind the COPY.
    static func fix(_ copy: Instruction, _ run: RunScript, in context: CheckContext) -> Fix? {
        let statement = run.statement
        guard run.form == .shell, statement.node.flags.isEmpty, run.script.isChain,
            let command = run.commands.first, run.commands.dropFirst().allSatisfy({ $0.has("npm", "cache") }),
            let node = context.node(of: copy), copy.nodeIndex.map({ $0 + 1 }) == statement.index,
            case .copy(let paths) = copy.kind, paths.from == nil, node.words.count == 2, !node.isJSON,
            node.heredocs.isEmpty, copy.lines.count == 1, [".", "./"].contains(node.words[0].text),
            node.flags.allSatisfy({ ["chown", "chmod"].contains($0.name) }), isHere(node.words[1].text, copy, context),
            let facts = context.inputs.buildContext, let manifests = manifests(of: command, facts), !manifests.isEmpty
        else { return nil }
        let destination = node.words[1].text
        let names = manifests + [destination.hasSuffix("/") ? destination : destination + "/"]
        return Fix(
            .sameFiles, "copy \(manifests.joined(separator: ", ")) and install first",
            edits: [
                TextEdit(
                    range: SourceRange(start: node.words[0].range.start, end: node.words[1].range.end),
                    replacement: names.joined(separator: " ")),
                TextEdit(
                    range: SourceRange(at: statement.range.end),
                    replacement: "\n" + context.source.text(in: copy.range)),
            ])
    }

    /// True when a destination is the working directory, which a WORKDIR has made.
    private static func isHere(_ destination: String, _ copy: Instruction, _ context: CheckContext) -> Bool {
        guard let state = context.fact(Evaluation.self)[copy]?.state, state.setsWorkingDirectory else { return false }
        if [".", "./"].contains(destination) { return true }
        return !destination.contains("$") && StagePath.resolve(destination, in: nil) == state.workingDirectory
    }

    /// The files that a command reads; nil when it may read others, or leaves some behind that the rest of the context
    /// would replace.
    private static func manifests(of command: ShellCommand, _ facts: any ContextFacts) -> [String]? {
        guard let files = facts.files.map({ Set($0.map(\.path)) }) else { return nil }
        switch command.name {
        case "npm": return node(command, files, facts, locks: ["package-lock.json", "npm-shrinkwrap.json"])
        case "yarn": return node(command, files, facts, locks: ["yarn.lock"])
        case "pip", "pip3": return python(command, files, facts)
        case "go": return go(files, facts)
        default: return nil
        }
    }

    /// Words in a `package.json` by which the installation looks at, or runs, what else is in the project.
    private static let projectWords = [
        "file:", "link:", "\"workspaces\"", "\"preinstall\"", "\"install\"", "\"postinstall\"", "\"prepublish\"",
        "\"preprepare\"", "\"prepare\"", "\"postprepare\"", "\"patchedDependencies\"",
    ]

    /// Flags of npm and yarn by which the installation goes elsewhere.
    private static let otherPlaces = [
        "prefix", "cwd", "dir", "workspace", "workspaces", "modules-folder", "global", "location",
    ]

    private static func node(
        _ command: ShellCommand, _ files: Set<String>, _ facts: any ContextFacts, locks: [String]
    ) -> [String]? {
        // Modules of the context would be put over those installed; some files change what an installation does.
        let isPlain = !files.contains { path in
            path.hasPrefix("node_modules/") || path.hasPrefix(".yarn/")
                || [".yarnrc.yml", "binding.gyp"].contains(path)
        }
        guard isPlain, let manifest = facts.text(of: "package.json"), !projectWords.contains(where: manifest.contains)
        else { return nil }
        let isElsewhere = command.arguments.contains { word in
            word.isFlag && (!word.text.hasPrefix("--") || otherPlaces.contains(where: word.isFlag))
        }
        guard !isElsewhere, command.operands().count <= 1 else { return nil }
        let present = locks.filter(files.contains)
        // An installation that may write the lock file would lose to the context's.
        let isFrozen = command.arguments.first?.text == "ci" || command.has(argument: "--frozen-lockfile")
        guard isFrozen || present.isEmpty else { return nil }
        return ["package.json"] + present + [".npmrc", ".yarnrc"].filter(files.contains)
    }

    /// Flags of pip that neither name another file nor another place.
    private static let pipFlags = [
        "--no-cache-dir", "--requirement", "--upgrade", "--user", "--quiet", "--no-deps", "--no-input",
        "--prefer-binary",
        "--disable-pip-version-check", "--root-user-action=", "--require-hashes", "--break-system-packages",
        "--no-compile",
        "--index-url=", "--extra-index-url=", "--trusted-host=", "-q", "-U",
    ]

    private static func python(_ command: ShellCommand, _ files: Set<String>, _ facts: any ContextFacts) -> [String]? {
        let named = command.operands(valuesOf: "r", "requirement").map(\.text)
        let lists = (command.values(of: "r") + command.values(of: "requirement")).map(\.text)
        guard named == ["install"], !lists.isEmpty,
            command.count(flag: "r") + command.count(flag: "requirement") == lists.count
        else { return nil }
        let isPlain = command.arguments.allSatisfy { word in
            !word.isFlag || word.isFlag("r") || pipFlags.contains { word.text.hasPrefix($0) }
        }
        guard isPlain else { return nil }
        for list in lists {
            guard files.contains(list), !list.contains("/"), let text = facts.text(of: list) else { return nil }
            let isPlain = text.split(whereSeparator: \.isNewline).map(\.trimmed).allSatisfy { line in
                line.hasPrefix("#") || line.hasPrefix("--hash=")
                    || !line.hasPrefix("-") && !line.hasPrefix(".") && !line.contains("file:")
                        && (!line.contains("/") || line.contains("://"))
            }
            guard isPlain else { return nil }
        }
        return lists
    }

    private static func go(_ files: Set<String>, _ facts: any ContextFacts) -> [String]? {
        guard let module = facts.text(of: "go.mod"), !module.contains("=> .") && !module.contains("=> /"),
            !files.contains(where: { $0 == "go.work" || $0.hasPrefix("vendor/") })
        else { return nil }
        return ["go.mod"] + ["go.sum"].filter(files.contains)
    }
}
