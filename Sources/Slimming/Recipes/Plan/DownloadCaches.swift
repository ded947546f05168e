import DockerfileSyntax

/// Cache mounts for what package managers download: it stays for the next build, and out of the image.
enum DownloadCaches {
    /// Where each manager keeps what it has downloaded, for root.
    private static func directory(of command: ShellScript.Command) -> String? {
        let arguments = command.arguments
        switch command.name {
        case "npm" where ["ci", "install", "i", "clean-install"].contains(arguments.first): return "/root/.npm"
        case "yarn", "yarnpkg":
            let installs = arguments.first.map { $0 == "install" || $0.hasPrefix("--") } ?? true
            return installs ? "/usr/local/share/.cache/yarn" : nil
        case "poetry" where arguments.first == "install": return "/root/.cache/pypoetry"
        case "uv" where ["sync", "pip"].contains(arguments.first): return "/root/.cache/uv"
        case "pdm" where ["install", "sync"].contains(arguments.first): return "/root/.cache/pdm"
        case "pipenv" where ["install", "sync"].contains(arguments.first): return "/root/.cache/pipenv"
        case let name where name.hasPrefix("pip") && ["install", "wheel"].contains(arguments.first):
            return "/root/.cache/pip"
        case let name where name.hasPrefix("python") && arguments.starts(with: ["-m", "pip", "install"]):
            return "/root/.cache/pip"
        default: return nil
        }
    }

    /// Adds the mounts to the RUN instructions of the build stage that install as root.
    static func add(to plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        let users = view.buildInstructions.compactMap { instruction -> Int? in
            if case .user = instruction.kind { instruction.nodeIndex } else { nil }
        }
        // The caches of somebody else are elsewhere.
        let own = situation.evidence?.baseConfig.user ?? ""
        guard ["", "root", "0", "0:0"].contains(own) else { return }
        for run in view.runs {
            guard let node = run.instruction.nodeIndex, !users.contains(where: { $0 < node }) else { continue }
            var text = RunText(node, view, plan)
            let avoided = ["--no-cache-dir", "/.cache", ".npm", "cache clean", "NO_CACHE_DIR=", "--no-cache"]
            guard !avoided.contains(where: text.text.contains), !isWithoutCache(run.instruction, view) else { continue }
            let directories = Set(run.script.commands.compactMap(directory)).sorted()
            guard !directories.isEmpty else { continue }
            for directory in directories.reversed() { text.addFlag("--mount=type=cache,target=\(directory)") }
            plan.replacements[node] = text.text
            plan.steps.append(
                situation.step(
                    "cache-mount", at: node,
                    "what is downloaded stays for the next build, and out of the image"))
        }
    }

    /// Whether variables send the downloads elsewhere, or tell pip to keep none.
    private static func isWithoutCache(_ run: Instruction, _ view: StageView) -> Bool {
        guard let node = run.nodeIndex else { return true }
        let names: Set<String> = [
            "PIP_NO_CACHE_DIR", "PIP_CACHE_DIR", "NPM_CONFIG_CACHE", "npm_config_cache", "UV_CACHE_DIR", "UV_NO_CACHE",
            "POETRY_CACHE_DIR", "YARN_CACHE_FOLDER", "PIPENV_CACHE_DIR", "XDG_CACHE_HOME", "HOME",
        ]
        return view.buildInstructions.contains { instruction in
            guard let other = instruction.nodeIndex, other < node, case .env(let pairs) = instruction.kind else {
                return false
            }
            return pairs.contains { names.contains($0.key) }
        }
    }
}
