import DockerfileSyntax

/// Node: npm, yarn and pnpm; a build step if there is one; dependencies of development go after it.
struct NodeRecipe: Recipe {
    let name = "node"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let base = view.baseName(of: view.buildIndex)
        guard BaseImages.split(base).short == "node", let evidence = situation.evidence,
            !ServerRecipe.isServer(view.baseName(of: view.parsed.stages.count - 1))
        else { return [] }
        let package = PackageManifest(situation.project.text("package.json") ?? "{}")
        let manager = NodePackageManager(situation)
        let directory = situation.applicationDirectory
        let hasNative = Self.nativeFiles(evidence, directory).contains { $0.usesMusl == false }

        var plans: [RuntimePlan] = []
        let finalBase = situation.view.baseName(of: situation.view.parsed.stages.count - 1)
        if let site = StaticSite(situation, evidence, package)?.plan(situation) {
            plans.append(edited(site, situation, manager))
        }
        let start = StartScript(situation, evidence)
        // Elsewhere Node comes from another image than the one that was tested.
        let isOneBase = view.shape == .single || base == finalBase
        let interpreter = ["node"] + (start == nil ? [] : ["npm", "yarn", "pnpm", "corepack"])
        if view.commandWords.first == "node" || start != nil, GlobalModules(evidence).links.isEmpty, isOneBase,
            let node = evidence.image.program("node", workingDirectory: "/", path: evidence.path),
            LeanInterpreter.suffices(
                situation, evidence, interpreter: interpreter, client: .node,
                starts: ["child_process", "execa", "shelljs"])
        {
            plans.append(lean(situation, package, manager, evidence, directory, evidence.image.resolved(node), start))
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
        _ manager: NodePackageManager, _ evidence: Evidence, _ directory: String
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "node-\(variant)", bases: bases)
        let view = situation.view
        let install = manager.installNode(view)
        let origins = CopyOrigins(situation, evidence)
        let modules = origins.origin(of: PathText.join(directory, "node_modules"))
        plan.noteBase(
            "compilers and headers of the full image stay in the build stage; the image starts from \(variant)",
            situation)
        manager.orderManifests(&plan, situation)
        DownloadCaches.add(to: &plan, situation)
        if let install, !package.developmentDependencies.isEmpty, !package.needsDevelopment(evidence, directory),
            modules.stage == Composer.buildName(view),
            let prune = manager.prune(situation)
        {
            plan.buildTail.append("RUN \(prune)")
            plan.steps.append(
                situation.step(
                    "prune-dev-dependencies", at: install,
                    "dependencies of development are removed after the build has used them"))
        }
        let files = ApplicationFiles(
            situation, evidence: evidence, directory: directory, excluding: Self.installerFiles(situation.project)
        ) { entry in
            Self.isDead(entry.name, package) ? .deadUnlessNamed : .unknown
        }
        plan.copies = files.copies(situation, origins)
        plan.copies += OutsideFiles(
            evidence, outside: directory, excluding: ["/usr/local/lib/node_modules", "/usr/local/bin", "/opt/yarn"]
        )
        .copies(origins)
        GlobalModules(evidence).add(to: &plan, view)
        plan.noteDropped(files, situation)
        let tools: AccountSetup.Tools = variant == "alpine" ? .alpine : variant == "slim" ? .debian : .none
        if let user = AccountSetup.user(situation, setup: tools, existing: ("node", "1000:1000")) {
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
        _ situation: Situation, _ package: PackageManifest, _ manager: NodePackageManager, _ evidence: Evidence,
        _ directory: String, _ node: String, _ start: StartScript?
    ) -> RuntimePlan {
        var plan = plan("empty", ["scratch"], situation, package, manager, evidence, directory)
        plan.name = "node-scratch"
        plan.noteBase(
            "only node was started: it and its libraries are all that the image has; no package manager, no distribution",
            situation)
        let modules = PathText.join(directory, "node_modules")
        let libraries =
            evidence.image.kind(modules) == .directory
            ? [CopyOrigins(situation, evidence).origin(of: modules).path] : []
        var root = LeanInterpreter.root(situation, evidence, interpreter: node, libraries: libraries)
        root.files.insert(node, at: 0)
        root.linkedDirectories = libraries
        root.settle(situation.buildStageHas)
        start?.replaceManager(in: &plan, &root, situation)
        if Account(original: evidence) == nil { root.account = "node:x:1000:1000::/:/sbin/nologin" }
        plan.start(
            from: root, situation,
            comment: "Node with its shared libraries, and what every process expects of a system.")
        plan.setup = ["ENV PATH=\(LeanInterpreter.path(besides: PathText.parent(node)))"]
        LeanInterpreter.answerHealthCheck(&plan, situation, evidence, interpreter: ["node"], client: .node)
        return plan
    }

    /// A plan with the build stage's edits.
    private func edited(_ plan: RuntimePlan, _ situation: Situation, _ manager: NodePackageManager) -> RuntimePlan {
        var plan = plan
        manager.orderManifests(&plan, situation)
        DownloadCaches.add(to: &plan, situation)
        plan.buildOnlyVariables = Set(
            situation.view.buildInstructions.flatMap { instruction -> [String] in
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

    /// Files that package managers open whatever they do: settings of installations, often with credentials. What
    /// settings say about scripts is of use at run time.
    private static func installerFiles(_ project: ProjectTree) -> Set<String> {
        let text = project.text(".npmrc") ?? ""
        let forScripts = ["shell", "node-options", "script"]
        return forScripts.contains(where: text.contains) ? [] : [".npmrc"]
    }

    private static func isDead(_ path: String, _ package: PackageManifest) -> Bool {
        let name = PathText.name(path)
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
