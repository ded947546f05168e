import DockerfileSyntax

/// Which program installs the dependencies.
struct NodePackageManager: Sendable {
    enum Kind: Sendable { case npm, yarn, pnpm }
    let kind: Kind
    let hasLock: Bool

    init(_ situation: Situation) {
        let names = situation.view.commands.map(\.name)
        if names.contains("pnpm") || situation.project.has("pnpm-lock.yaml") {
            kind = .pnpm
            hasLock = situation.project.has("pnpm-lock.yaml")
        } else if names.contains("yarn") {
            kind = .yarn
            hasLock = situation.project.has("yarn.lock")
        } else {
            kind = .npm
            hasLock = situation.project.has("package-lock.json") || situation.project.has("npm-shrinkwrap.json")
        }
    }

    private static let installWords: Set<String> = ["ci", "install", "i", "clean-install"]

    /// The first RUN that installs.
    func installNode(_ view: StageView) -> Int? {
        view.runs.first { $0.script.commands.contains(where: isInstall) }?.instruction.nodeIndex
    }

    private func isInstall(_ command: ShellScript.Command) -> Bool {
        let arguments = command.arguments
        if arguments.contains("-g") || arguments.contains("--global") { return false }
        switch command.name {
        case "npm", "pnpm": return arguments.first.map(Self.installWords.contains) ?? false
        case "yarn", "yarnpkg":
            return arguments.isEmpty || arguments.first == "install"
                || arguments.first?.hasPrefix("--") == true && arguments.first != "--version"
        default: return false
        }
    }

    /// The command that removes dependencies of development.
    func prune(_ situation: Situation) -> String? {
        if leavesDevelopmentOut(situation.view) { return nil }
        return switch kind {
        case .npm: "npm prune --omit=dev"
        case .pnpm: "pnpm prune --prod"
        case .yarn: hasLock ? "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline" : nil
        }
    }

    /// Whether the installation itself leaves dependencies of development out.
    private func leavesDevelopmentOut(_ view: StageView) -> Bool {
        guard let install = installNode(view) else { return false }
        let isProduction = view.buildInstructions.contains { instruction in
            guard case .env(let pairs) = instruction.kind, instruction.nodeIndex ?? 0 < install else { return false }
            return pairs.contains { $0.key == "NODE_ENV" && view.unquoted($0.value) == "production" }
        }
        let flags: Set<String> = ["--omit=dev", "--production", "--only=production", "--only=prod", "--prod", "-P"]
        let brings = ["--include=dev", "--production=false", "--prod=false", "-D"]
        return view.commands.filter(isInstall).allSatisfy { command in
            let arguments = command.arguments
            return arguments.contains(where: flags.contains)
                || (isProduction && !arguments.contains(where: brings.contains))
        }
    }

    /// Copies manifests before the sources, so that a change of the sources does not install everything anew.
    func orderManifests(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        guard let install = installNode(view),
            let run = view.runs.first(where: { $0.instruction.nodeIndex == install }),
            let order = ManifestOrder(view, install: install, start: situation.evidence?.baseConfig.workingDir ?? "/"),
            order.workingDirectory == order.directory,
            let paths = manifests(situation.project)
        else { return }
        if let behind = run.script.commands.firstIndex(where: { !isInstall($0) && !ManifestOrder.needsNoSources($0) }) {
            guard let (first, rest) = RunText(install, view, plan).split(before: behind) else { return }
            plan.replacements[install] = first
            order.apply(&plan, situation, paths: paths, behind: install, rest: rest)
        } else {
            order.apply(&plan, situation, paths: paths, behind: install)
        }
    }

    /// What an installation reads of the project; nil when it may be anything.
    private func manifests(_ project: ProjectTree) -> Set<String>? {
        guard project.has("package.json") else { return nil }
        let package = PackageManifest(project.text("package.json") ?? "{}")
        // Workspaces are all over the project, and a hook of the installation may run anything of it.
        let hooks = ["preinstall", "install", "postinstall", "prepare", "prepublish"]
        let harmless = ["husky", "patch-package", "prisma", "is-ci", "npx", "true", "ngcc"]
        let areHarmless = hooks.compactMap { package.scripts[$0] }.allSatisfy { script in
            ShellScript(script).commands.allSatisfy { harmless.contains($0.name) }
        }
        guard areHarmless, package.isSelfContained else { return nil }
        let files = [
            "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", ".npmrc",
            ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", "patches", ".yarn", "prisma",
        ]
        let local = package.fileDependencies.map { PathText.join("/", $0).dropFirst() }
        guard package.fileDependencies.allSatisfy({ !$0.hasPrefix("..") }),
            local.allSatisfy({ project.has(String($0)) })
        else { return nil }
        // The directory as a whole: archives get other names with other versions.
        let directories = local.map { path in
            path.split(separator: "/").dropLast(path.hasSuffix("gz") ? 1 : 0).joined(separator: "/")
        }
        guard !directories.contains("") || local.allSatisfy({ !$0.isEmpty }) else { return nil }
        let places = zip(directories, local).map { $0.isEmpty ? String($1) : $0 }
        return Set(files.filter(project.has)).union(places)
    }
}
