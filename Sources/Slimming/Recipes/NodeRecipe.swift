import DockerfileSyntax
import OCI

/// Node: npm, yarn and pnpm; a build step if there is one; dependencies of development go after it.
struct NodeRecipe: Recipe {
    let name = "node"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let base = view.baseName(of: view.buildIndex)
        guard BaseImages.split(base).short == "node", let evidence = situation.evidence else { return [] }
        let package = PackageManifest(situation.project.text("package.json") ?? "{}")
        let manager = NodeManager(situation)
        let directory = situation.applicationDirectory
        let hasNative = Self.nativeFiles(evidence, directory).contains { $0.usesMusl == false }

        var plans: [RuntimePlan] = []
        let finalBase = situation.view.baseName(of: situation.view.parsed.stages.count - 1)
        if let site = StaticSite(situation, evidence, package)?.plan(situation) {
            plans.append(edited(site, situation, manager))
        }
        if view.commandWords.first == "node", case .single = view.shape,
            let node = evidence.image.program("node", workingDirectory: "/", path: evidence.path),
            LeanInterpreter.suffices(
                situation, evidence, interpreter: ["node"], starts: ["child_process", "execa", "shelljs"])
        {
            plans.append(lean(situation, package, manager, evidence, directory, evidence.image.resolved(node)))
        }
        // What else was started is a program of the distribution, which another distribution may lack.
        let own = ["node", "npm", "npx", "yarn", "pnpm", "corepack", "sh", "dash", "env"]
        let startsOthers = evidence.programs.contains { program in
            !own.contains(PathText.name(program)) && !evidence.added.contains(program)
                && !program.hasPrefix("/usr/local/lib/node_modules/")
        }
        if !hasNative, !startsOthers {
            plans.append(
                plan("alpine", BaseImages.alpine(of: finalBase), situation, package, manager, evidence, directory))
        }
        plans.append(plan("slim", BaseImages.slim(of: finalBase), situation, package, manager, evidence, directory))
        return plans
    }

    private func plan(
        _ variant: String, _ bases: [String], _ situation: Situation, _ package: PackageManifest,
        _ manager: NodeManager, _ evidence: Evidence, _ directory: String
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "node-\(variant)", bases: bases)
        let view = situation.view
        let install = manager.installNode(view)
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "compilers and headers of the full image stay in the build stage; the image starts from \(variant)"))
        if let install { manager.orderManifests(&plan, situation, install: install) }
        if let install, !package.developmentDependencies.isEmpty, !package.needsDevelopment(evidence, directory),
            let prune = manager.prune(situation)
        {
            plan.buildTail.append("RUN \(prune)")
            plan.steps.append(
                situation.step(
                    "prune-dev-dependencies", at: install,
                    "dependencies of development are removed after the build has used them"))
        }
        let files = ApplicationFiles(situation, evidence: evidence, directory: directory) { entry in
            Self.isDead(entry.name, package) ? .deadUnlessNamed : .unknown
        }
        plan.copies = files.copies(
            from: Composer.buildName(view), source: manager.source(of: directory, view), owner: nil,
            into: directory == situation.workingDirectory ? "./" : directory + "/")
        OutsideFiles(
            evidence, outside: directory, excluding: ["/usr/local/lib/node_modules", "/usr/local/bin", "/opt/yarn"]
        )
        .add(to: &plan, view)
        if !files.dropped.isEmpty {
            plan.steps.append(
                situation.step(
                    "copy-needed-files", at: view.final.nodeIndex,
                    "only what runs is copied; left in the build stage: \(files.dropped.joined(separator: ", "))"))
        }
        if let user = AccountSetup.user(situation, setup: .none, existing: ("node", "1000:1000")) {
            plan.user = user
            if user.isOriginal {
                plan.noteAccount(situation)
            } else {
                plan.steps.append(
                    situation.step(
                        "non-root-user", at: situation.fromNode,
                        "the process runs as the image's account node (1000) instead of root"))
            }
        }
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = ["NPM_CONFIG_LOGLEVEL", "NPM_CONFIG_CACHE", "DEBIAN_FRONTEND"]
        return plan
    }

    /// Node alone, without a package manager, on an empty base.
    private func lean(
        _ situation: Situation, _ package: PackageManifest, _ manager: NodeManager, _ evidence: Evidence,
        _ directory: String, _ node: String
    ) -> RuntimePlan {
        var plan = plan("empty", ["scratch"], situation, package, manager, evidence, directory)
        plan.name = "node-scratch"
        plan.steps.removeAll { $0.id == "runtime-base" }
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "only node was started: it and its libraries are all that the image has; no package manager, no distribution"
            ))
        let modules = PathText.join(directory, "node_modules")
        let libraries = evidence.image.kind(modules) == .directory ? [modules] : []
        var root = LeanInterpreter.root(evidence, interpreter: node, libraries: libraries)
        root.files.append(node)
        root.linkedDirectories = libraries
        if Account(original: evidence) == nil { root.account = "node:x:1000:1000::/:/sbin/nologin" }
        plan.buildTail += root.lines(
            comment: "Node with its shared libraries, and what every process expects of a system.")
        plan.copies.insert("COPY --from=\(Composer.buildName(situation.view)) \(RootFilesystem.directory)/ /", at: 0)
        plan.hasShell = false
        plan.setup = ["ENV PATH=\(PathText.parent(node)):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        return plan
    }

    /// A plan with the build stage's edits.
    private func edited(_ plan: RuntimePlan, _ situation: Situation, _ manager: NodeManager) -> RuntimePlan {
        var plan = plan
        if let install = manager.installNode(situation.view) {
            manager.orderManifests(&plan, situation, install: install)
        }
        plan.buildOnlyVariables = Set(
            situation.view.build.instructions.flatMap { instruction -> [String] in
                if case .env(let pairs) = instruction.kind { pairs.map(\.key) } else { [] }
            })
        return plan
    }

    /// Programs and libraries that were installed and are not static.
    private static func nativeFiles(_ evidence: Evidence, _ directory: String) -> [ELFFile] {
        evidence.image.files(below: PathText.join(directory, "node_modules"))
            .filter { $0.hasSuffix(".node") || $0.contains("/bin/") || $0.contains(".so") }
            .compactMap { ELFFile(path: evidence.image.directory + $0) }
    }

    private static func isDead(_ name: String, _ package: PackageManifest) -> Bool {
        let dead: Set<String> = [
            "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", ".npmrc", ".yarnrc",
            ".yarnrc.yml",
            ".nvmrc", ".eslintignore", ".prettierignore", "nodemon.json", "src", "patches", ".husky", ".yarn",
        ]
        if dead.contains(name) { return true }
        if name.hasPrefix("tsconfig") || name.hasPrefix(".eslintrc") || name.hasPrefix(".prettierrc")
            || name.hasPrefix(".babelrc")
            || name.hasPrefix("jest.config") || name.hasPrefix("webpack.config") || name.hasPrefix("vite.config")
            || name.hasPrefix("rollup.config") || name.hasPrefix("babel.config") || name.hasPrefix("eslint.config")
        {
            return true
        }
        // Archives that `file:` dependencies were installed from.
        return package.fileDependencies.contains { $0.hasPrefix(name + "/") }
    }
}

/// What of `package.json` matters here.
struct PackageManifest: Sendable {
    private let root: [String: JSONValue]

    init(_ text: String) {
        let value = try? CanonicalJSON.decode(JSONValue.self, from: Array(text.utf8), what: "package.json")
        if case .object(let fields)? = value { root = fields } else { root = [:] }
    }

    private func object(_ name: String) -> [String: String] {
        guard case .object(let fields)? = root[name] else { return [:] }
        return fields.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }

    /// Names and versions.
    var dependencies: [String: String] { object("dependencies") }
    /// Names and versions of what only development needs.
    var developmentDependencies: [String: String] { object("devDependencies") }
    /// The scripts.
    var scripts: [String: String] { object("scripts") }

    /// The file that is the package's own.
    var main: String? { if case .string(let text)? = root["main"] { text } else { nil } }

    /// Whether there are no workspaces.
    var isSelfContained: Bool { root["workspaces"] == nil }

    /// Paths of `file:` and `link:` dependencies.
    var fileDependencies: [String] {
        (Array(dependencies.values) + Array(developmentDependencies.values)).compactMap { version in
            for prefix in ["file:", "link:", "portal:"] where version.hasPrefix(prefix) {
                let path = version.dropFirst(prefix.count)
                return path.hasPrefix("./") ? String(path.dropFirst(2)) : String(path)
            }
            return nil
        }
    }

    /// Whether the running application opened files of a dependency of development.
    func needsDevelopment(_ evidence: Evidence, _ directory: String) -> Bool {
        developmentDependencies.keys.contains { name in
            dependencies[name] == nil && evidence.opened(below: PathText.join(directory, "node_modules/" + name))
        }
    }
}

/// Which program installs the dependencies.
struct NodeManager: Sendable {
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

    /// The RUN that installs, when that is all it does.
    func installNode(_ view: StageView) -> Int? {
        for run in view.runs {
            let installs = run.script.commands.contains { command in
                switch command.name {
                case "npm", "pnpm": command.arguments.first.map(Self.installWords.contains) ?? false
                case "yarn":
                    command.arguments.isEmpty || command.arguments.first == "install"
                        || command.arguments.first?.hasPrefix("--") == true
                default: false
                }
            }
            if installs { return run.instruction.nodeIndex }
        }
        return nil
    }

    /// The command that removes dependencies of development.
    func prune(_ situation: Situation) -> String? {
        switch kind {
        case .npm: "npm prune --omit=dev"
        case .pnpm: "pnpm prune --prod"
        case .yarn: hasLock ? "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline" : nil
        }
    }

    /// Copies manifests before the sources, so that a change of the sources does not install everything anew.
    func orderManifests(_ plan: inout RuntimePlan, _ situation: Situation, install: Int) {
        let view = situation.view
        guard
            let whole = view.build.instructions.last(where: { instruction in
                guard (instruction.nodeIndex ?? 0) < install, case .copy(let copy) = instruction.kind, copy.from == nil
                else { return false }
                return copy.paths.sources.contains { $0 == "." || $0 == "./" }
            }), let node = whole.nodeIndex
        else { return }
        // Nothing else may lie between: it might need the sources.
        guard
            view.build.instructions.allSatisfy({ other in
                guard let index = other.nodeIndex, index > node, index < install else { return true }
                switch other.kind {
                case .env, .arg, .label, .expose: return true
                default: return false
                }
            })
        else { return }
        let project = situation.project
        guard project.has("package.json") else { return }
        let package = PackageManifest(project.text("package.json") ?? "{}")
        var files = [
            "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", ".npmrc",
            ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml",
        ]
        .filter(project.has)
        var directories = Set(
            package.fileDependencies.filter { !$0.hasPrefix("..") }.compactMap {
                $0.split(separator: "/").first.map(String.init)
            })
        for name in ["patches", ".yarn", "prisma"] where project.has(name) { directories.insert(name) }
        // A hook of the installation may run anything of the project, and workspaces are all over it.
        let hooks = ["preinstall", "install", "postinstall", "prepare", "prepublish"]
        if hooks.contains(where: { package.scripts[$0] != nil }) || !package.isSelfContained { return }
        directories = directories.filter(project.has)
        let single = directories.filter { project[$0]?.isDirectory == false }
        files += single.sorted()
        var lines = ["COPY \(files.joined(separator: " ")) ./"]
        for directory in directories.subtracting(single).sorted() { lines.append("COPY \(directory)/ ./\(directory)/") }
        plan.insertions[node, default: []] += lines
        plan.moves.append((node: node, behind: install))
        plan.steps.append(
            situation.step(
                "manifests-first", at: node, "a change of the sources no longer installs all dependencies anew"))
    }

    /// Where a directory of the last stage is in the build stage.
    func source(of directory: String, _ view: StageView) -> String { CopySources.source(of: directory, view) }
}

/// Where copies of the last stage come from.
enum CopySources {
    /// Where a directory of the last stage is in the build stage.
    static func source(of directory: String, _ view: StageView) -> String {
        guard case .copying = view.shape else { return directory }
        var current = "/"
        for instruction in view.final.instructions {
            switch instruction.kind {
            case .workdir(let path): current = PathText.join(current, view.unquoted(path))
            case .copy(let copy) where copy.from != nil && copy.paths.sources.count == 1:
                let destination = PathText.join(current, copy.paths.destination)
                let source = PathText.join("/", copy.paths.sources[0])
                if destination == directory { return source }
            default: break
            }
        }
        return directory
    }
}
