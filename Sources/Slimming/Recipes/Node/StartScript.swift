import DockerfileSyntax

/// What `npm start` and its like start, where the package manager does nothing besides.
///
/// A manager runs the script with the one that is to come before it, puts programs of dependencies on the path, and says
/// who it is in variables. Where the scripts only start Node, and nothing asks for those variables, it can be left out.
struct StartScript: Sendable {
    /// The words that do the same.
    let words: [String]
    /// Whether the application leaves the stop signal to the system: the first process has to be one that passes it on.
    let needsInit: Bool
    /// The instruction that names the manager.
    private let node: Int

    /// Reads the scripts of the package in the working directory; nil when the manager has to stay.
    init?(_ situation: Situation, _ evidence: Evidence) {
        let view = situation.view
        let (entrypoint, command) = view.command
        guard entrypoint == nil, let command, let node = view.commandNode,
            let words = command.isShellForm ? ExecForm.words(command.words.first ?? "") : command.words,
            let (name, runsHooks) = Self.script(words)
        else { return nil }
        let directory = situation.workingDirectory
        guard let text = evidence.image.text(PathText.join(directory, "package.json"), limit: 1 << 20) else {
            return nil
        }
        let scripts = PackageManifest(text).scripts
        let hook = runsHooks ? scripts["pre" + name] : nil
        guard scripts["post" + name] == nil, let script = scripts[name] ?? Self.usual(name, directory, evidence),
            !Self.settings(directory, evidence).contains(where: { $0.hasPrefix("ignore-scripts") }),
            !evidence.config.env.contains(where: { $0.lowercased().hasPrefix("npm_config_") }),
            let commands = Self.commands([hook, script].compactMap(\.self)),
            !Self.asksForTheManager(evidence, directory)
        else { return nil }
        if commands.count == 1, let plain = ExecForm.words(commands[0]) {
            self.words = plain
        } else {
            let last = commands[commands.count - 1]
            self.words = ["sh", "-c", (commands.dropLast() + ["exec " + last]).joined(separator: " && ")]
        }
        self.node = node
        needsInit = !CodeText(evidence.image, directory: directory).contains("SIGTERM")
        guard !needsInit || evidence.image.kind("/usr/bin/apt-get") == .file else { return nil }
    }

    /// Lets the image start them.
    ///
    /// - Parameter root: Gets the program that passes signals on, where one is needed: the first process of a container gets
    ///   none that it does not handle itself, which package managers do.
    func replaceManager(in plan: inout RuntimePlan, _ root: inout RootFilesystem, _ situation: Situation) {
        var words = words
        if needsInit {
            plan.buildHead = [
                "# As the first process Node would ignore the stop signal: tini passes it on.",
                "RUN apt-get update && apt-get install -y --no-install-recommends tini",
            ]
            root.add(installed: "/usr/bin/tini")
            words = ["tini", "--"] + words
        }
        plan.commands[node] = "CMD \(ExecForm.json(words))"
        plan.steps.removeAll { $0.id == "exec-form" }
        plan.steps.append(
            situation.step(
                "no-launcher", at: node,
                "the package manager only starts this, with what comes before it: the image needs none to do the same"))
    }

    /// The script that words of a command run, and whether hooks run with it; nil for anything else.
    private static func script(_ words: [String]) -> (name: String, runsHooks: Bool)? {
        guard let manager = words.first, ["npm", "yarn", "pnpm"].contains(manager) else { return nil }
        var rest = words.dropFirst().filter { !["-s", "--silent"].contains($0) }
        let runs = ["run", "run-script"].contains(rest.first ?? "")
        if runs { rest.removeFirst() }
        guard rest.count == 1, let name = rest.first, !name.hasPrefix("-") else { return nil }
        // Only npm's start has a name of its own; the others look for a script of any name.
        guard runs || manager != "npm" || name == "start" else { return nil }
        guard runs || !["install", "add", "exec", "dlx", "node"].contains(name) else { return nil }
        return (name, manager != "pnpm")
    }

    /// What npm starts when there is no such script.
    private static func usual(_ name: String, _ directory: String, _ evidence: Evidence) -> String? {
        name == "start" && evidence.image.kind(PathText.join(directory, "server.js")) == .file ? "node server.js" : nil
    }

    /// The lines of the manager's settings.
    private static func settings(_ directory: String, _ evidence: Evidence) -> [Substring] {
        [PathText.join(directory, ".npmrc"), "/root/.npmrc", "/usr/local/etc/npmrc"].flatMap { path in
            (evidence.image.text(path, limit: 1 << 16) ?? "").split(whereSeparator: \.isNewline)
        }
    }

    /// The commands of scripts, one after the other; nil unless each of them starts Node and waits for it.
    private static func commands(_ scripts: [String]) -> [String]? {
        var found: [String] = []
        for script in scripts {
            let bytes = Array(script.utf8)
            var end = 0
            for command in ShellScript(script).commands {
                let between = String(decoding: bytes[end..<command.range.lowerBound], as: UTF8.self)
                guard between.filter({ $0 != " " }) == (end == 0 ? "" : "&&") else { return nil }
                let text = String(decoding: bytes[command.range], as: UTF8.self)
                    .split(separator: " ", omittingEmptySubsequences: false).joined(separator: " ")
                let plain = String(text.reversed().drop { $0 == " " }.reversed())
                guard command.words.first == "node", ExecForm.isSimpleCommand(plain) || ExecForm.words(plain) != nil
                else { return nil }
                found.append(plain)
                end = command.range.upperBound
            }
            guard bytes[end...].allSatisfy({ $0 == UInt8(ascii: " ") }) else { return nil }
        }
        return found.isEmpty ? nil : found
    }

    /// Whether code of the application, or of a dependency that was opened, asks for what the manager says in variables.
    private static func asksForTheManager(_ evidence: Evidence, _ directory: String) -> Bool {
        let marks = ["npm_", "INIT_CWD"]
        let own = CodeText(evidence.image, directory: directory)
        if marks.contains(where: own.contains) { return true }
        let opened = evidence.observation.opened.filter {
            $0.contains("/node_modules/") && PathText.isBelow($0, directory)
        }
        let dependencies = CodeText(evidence.image, files: opened.sorted())
        return marks.contains(where: dependencies.contains)
    }
}
