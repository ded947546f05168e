import DockerfileSyntax

/// Python: dependencies in a virtual environment on the slim image of the same version.
struct PythonRecipe: Recipe {
    let name = "python"
    static let environment = "/opt/venv"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let base = view.baseName(of: view.buildIndex)
        guard BaseImages.split(base).short == "python", let evidence = situation.evidence else { return [] }
        let finalBase = view.baseName(of: view.parsed.stages.count - 1)
        let slim = BaseImages.slim(of: finalBase)
        var plans: [RuntimePlan] = []
        let installs = view.commands.filter(Self.isInstall)
        let usesEnvironment = view.commands.contains { $0.arguments.contains("venv") || $0.name == "virtualenv" }
        let own = usesEnvironment ? OwnEnvironment(evidence) : nil
        if !installs.isEmpty, !usesEnvironment || own != nil, !Self.installsAsOther(view) {
            if LeanInterpreter.suffices(
                situation, evidence, interpreter: ["python"], client: .python,
                starts: ["subprocess", "os.system", "os.popen", "popen", "shutil.which", "find_library", "os.exec"])
            {
                plans.append(lean(situation, evidence, own))
            }
            plans.append(environmentPlan(slim, situation, evidence, own))
        }
        plans.append(packagesPlan(slim, situation, evidence))
        return plans
    }

    /// Whether an installation runs as somebody who cannot write where an environment would be.
    private static func installsAsOther(_ view: StageView) -> Bool {
        var isRoot = true
        for instruction in view.buildInstructions {
            guard let node = instruction.nodeIndex else { continue }
            switch instruction.kind {
            case .user(let name): isRoot = ["root", "0"].contains(name.prefix { $0 != ":" })
            case .run where !isRoot:
                let commands = view.runs.first { $0.instruction.nodeIndex == node }?.script.commands ?? []
                if commands.contains(where: isInstall) { return true }
            default: break
            }
        }
        return false
    }

    private static func isInstall(_ command: ShellScript.Command) -> Bool {
        let words = Array(command.program)
        guard let name = words.first.map(PathText.name) else { return false }
        if name.hasPrefix("pip") { return words.contains("install") || words.contains("sync") }
        if name.hasPrefix("python") {
            return words.starts(with: [words[0], "-m", "pip"])
                || (words.contains("setup.py") && words.contains("install"))
        }
        return ["poetry", "pipenv", "uv", "pdm"].contains(name) && words.contains { ["install", "sync"].contains($0) }
    }

    private func environmentPlan(
        _ bases: [String], _ situation: Situation, _ evidence: Evidence, _ own: OwnEnvironment?
    ) -> RuntimePlan {
        var plan = base("python-venv", bases, situation)
        let view = situation.view
        let origins = CopyOrigins(situation, evidence)
        if let own {
            orderManifests(&plan, situation)
            DownloadCaches.add(to: &plan, situation)
            takeAlong(own, &plan, situation, evidence, origins)
            return plan
        }
        // `python -m pip` asks the environment's own Python, which then needs pip.
        let needsPip = view.commands.contains { $0.arguments.starts(with: ["-m", "pip"]) }
        let syncs = view.commands.contains { $0.name == "uv" && $0.arguments.first == "sync" }
        plan.buildHead = [
            "# Dependencies go into an environment that can be copied as a whole.",
            "RUN python -m venv \(needsPip ? "" : "--without-pip ")\(Self.environment)",
            "ENV VIRTUAL_ENV=\(Self.environment) PATH=\(Self.environment)/bin:$PATH"
                + (needsPip ? "" : " PIP_PYTHON=\(Self.environment)/bin/python")
                + (syncs ? " UV_PROJECT_ENVIRONMENT=\(Self.environment)" : ""),
        ]
        if !needsPip { PythonInstallers.keepOut(&plan, situation) }
        orderManifests(&plan, situation)
        DownloadCaches.add(to: &plan, situation)
        plan.setup = ["ENV VIRTUAL_ENV=\(Self.environment) PATH=\(Self.environment)/bin:$PATH"]
        installIntoEnvironment(&plan, situation)
        plan.cuts = movedEnvironments(view, evidence)
        PythonDevelopment.leaveOut(&plan, situation)
        let files = applicationFiles(situation, evidence, excluding: [".venv"])
        plan.copies =
            ["COPY --from=\(Composer.buildName(view)) \(Self.environment) \(Self.environment)"]
            + files.copies(situation, origins)
        plan.steps.append(
            situation.step(
                "virtual-environment", at: view.runs.first?.instruction.nodeIndex,
                "dependencies are installed where they can be copied as a whole, without pip and its cache"))
        let elsewhere = ["/root/.local", "/root/.cache"]
        finish(&plan, situation, evidence, files, excluding: elsewhere)
        Launchers.remove(&plan, situation)
        return plan
    }

    /// Instructions that do nothing but put an environment on the path that is elsewhere now.
    private func movedEnvironments(_ view: StageView, _ evidence: Evidence) -> Set<Int> {
        Set(
            view.final.instructions.compactMap { instruction -> Int? in
                guard case .env(let pairs) = instruction.kind, pairs.count == 1, pairs[0].key == "PATH" else {
                    return nil
                }
                let places = view.unquoted(pairs[0].value).split(separator: ":").map(String.init)
                guard places.count == 2, ["$PATH", "${PATH}"].contains(places[1]), places[0].hasSuffix("/bin"),
                    evidence.image.kind(PathText.parent(places[0]) + "/pyvenv.cfg") == .file
                else { return nil }
                return instruction.nodeIndex
            })
    }

    /// The environment that the Dockerfile makes, as it is but for its installers.
    private func takeAlong(
        _ own: OwnEnvironment, _ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence,
        _ origins: CopyOrigins
    ) {
        PythonDevelopment.leaveOut(&plan, situation)
        let name = PathText.isBelow(own.directory, situation.applicationDirectory) ? PathText.name(own.directory) : ""
        let files = applicationFiles(situation, evidence, excluding: [name])
        if origins.origin(of: own.directory).stage == Composer.buildName(situation.view) {
            plan.buildTail = own.lines
            if !own.lines.isEmpty {
                plan.steps.append(
                    situation.step(
                        "no-installers", at: situation.fromNode,
                        "what installs packages is of no use in the image: \(own.installers.joined(separator: ", "))"))
            }
        }
        plan.copies = [origins.line(own.directory)] + files.copies(situation, origins)
        finish(&plan, situation, evidence, files, excluding: [own.directory, "/root/.cache"])
        Launchers.remove(&plan, situation)
    }

    /// Python with its library and the environment, on an empty base.
    private func lean(_ situation: Situation, _ evidence: Evidence, _ own: OwnEnvironment?) -> RuntimePlan {
        var plan = environmentPlan(["scratch"], situation, evidence, own)
        let environment = own?.directory ?? Self.environment
        plan.name = "python-scratch"
        plan.noteBase(
            "only Python was started: it, its library and the shared libraries they load are all that the image has",
            situation)
        let python = evidence.image.resolved("/usr/local/bin/python3")
        let library = "/usr/local/lib/" + PathText.name(python)
        guard evidence.image.kind(library) == .directory else {
            return environmentPlan(
                BaseImages.slim(of: situation.view.baseName(of: situation.view.buildIndex)), situation, evidence, own)
        }
        var root = LeanInterpreter.root(situation, evidence, interpreter: python, libraries: [library])
        root.linkedDirectories = [library + "/lib-dynload", environment]
        // Parts of the library that are tools or need what is not there, and what only installers use.
        let unneeded = [
            "site-packages", "dist-packages", "test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3",
            "pydoc_data", "__pycache__", "config-*",
        ]
        let gathered = RootFilesystem.directory
        root.first = [
            "mkdir -p \(gathered)",
            "cp -R --parents \(library) /usr/local/bin/python* \(gathered)",
            "cd \(gathered)\(library)",
            "rm -rf \(unneeded.joined(separator: " "))",
        ]
        if evidence.image.names("/usr/local/lib").contains(where: { $0.hasPrefix("libpython") }) {
            root.first.append("cp -P /usr/local/lib/libpython*.so* \(gathered)/usr/local/lib/")
        }
        root.settle(situation.buildStageHas)
        plan.start(
            from: root, situation,
            comment: "Python with its shared libraries, and what every process expects of a system.")
        let inherited = evidence.baseConfig.env.filter {
            !$0.hasPrefix("PATH=") && !$0.contains("_SHA256") && !$0.hasPrefix("GPG_KEY") && !$0.hasPrefix("PYTHON_")
        }
        plan.setup = inherited.map { "ENV \($0)" }
        if own == nil {
            plan.setup.append("ENV VIRTUAL_ENV=\(environment) PATH=\(environment)/bin:/usr/local/bin:/usr/bin:/bin")
        } else if evidence.baseConfig.env.contains("PATH=" + evidence.path) {
            plan.setup.append("ENV PATH=\(LeanInterpreter.path(besides: "/usr/local/bin"))")
        }
        plan.user = AccountSetup.plain(situation)
        LeanInterpreter.answerHealthCheck(&plan, situation, evidence, interpreter: ["python"], client: .python)
        return plan
    }

    /// Copies the packages from where the original has them.
    private func packagesPlan(_ bases: [String], _ situation: Situation, _ evidence: Evidence) -> RuntimePlan {
        var plan = base("python-packages", bases, situation)
        let view = situation.view
        orderManifests(&plan, situation)
        DownloadCaches.add(to: &plan, situation)
        let build = Composer.buildName(view)
        var packages: Set<String> = []
        var scripts: [String] = []
        for path in evidence.added {
            if let range = Substring(path).firstRange(of: "/site-packages/"), path.hasPrefix("/usr/local/lib/") {
                packages.insert(String(path[..<range.upperBound].dropLast()))
            } else if path.hasPrefix("/usr/local/bin/") {
                scripts.append(path)
            }
        }
        plan.copies = packages.sorted().map { "COPY --from=\(build) \($0) \($0)" }
        if !scripts.isEmpty {
            plan.copies.append("COPY --from=\(build) \(scripts.sorted().joined(separator: " ")) /usr/local/bin/")
        }
        let files = applicationFiles(situation, evidence)
        plan.copies += files.copies(situation, CopyOrigins(situation, evidence))
        finish(&plan, situation, evidence, files)
        return plan
    }

    private func base(_ name: String, _ bases: [String], _ situation: Situation) -> RuntimePlan {
        var plan = RuntimePlan(name: name, bases: bases)
        plan.noteBase(
            "compilers and headers of the full image stay in the build stage; the image starts from slim", situation)
        return plan
    }

    private func finish(
        _ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence, _ files: ApplicationFiles,
        excluding: [String] = []
    ) {
        let packagePlaces = evidence.added.compactMap { path -> String? in
            if path.hasPrefix("/usr/local/bin/") { return "/usr/local/bin" }
            guard path.hasPrefix("/usr/local/lib/python") else { return nil }
            return "/usr/local/lib/" + path.split(separator: "/")[3]
        }
        plan.copies += OutsideFiles(
            evidence, outside: situation.applicationDirectory,
            excluding: Set(packagePlaces) + ["/usr/local/share", "/usr/local/etc"] + excluding
        )
        .copies(CopyOrigins(situation, evidence))
        plan.noteDropped(files, situation)
        plan.user = AccountSetup.user(situation, setup: .debian)
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "DEBIAN_FRONTEND", "PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_DEFAULT_TIMEOUT",
            "PIP_INDEX_URL",
            "POETRY_VERSION", "POETRY_HOME", "POETRY_VIRTUALENVS_CREATE", "POETRY_NO_INTERACTION", "POETRY_CACHE_DIR",
            "UV_SYSTEM_PYTHON", "UV_NO_CACHE", "UV_PROJECT_ENVIRONMENT", "PIPENV_VENV_IN_PROJECT", "PIPENV_CACHE_DIR",
            "POETRY_VIRTUALENVS_IN_PROJECT", "PDM_CHECK_UPDATE", "UV_COMPILE_BYTECODE", "UV_LINK_MODE",
        ]
    }

    /// Leaves out what sends packages elsewhere: uv's "system" would be the other Python, and an environment has no user.
    private func installIntoEnvironment(_ plan: inout RuntimePlan, _ situation: Situation) {
        for run in situation.view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            for (program, flag) in [("uv", "--system"), ("pip", "--user"), ("pip3", "--user")]
            where run.script.commands.contains(where: { $0.name == program && $0.arguments.contains(flag) }) {
                var text = RunText(node, situation.view, plan)
                text.remove(flag)
                plan.replacements[node] = text.text
            }
        }
    }

    /// Copies manifests in front of what installs them, and the sources behind it.
    private func orderManifests(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        let start = situation.evidence?.baseConfig.workingDir ?? "/"
        guard
            let first = view.runs.first(where: { !$0.script.commands.allSatisfy(ManifestOrder.needsNoSources) }),
            let install = first.instruction.nodeIndex, let order = ManifestOrder(view, install: install, start: start)
        else { return }
        let manifests = PythonManifests(project: situation.project, order: order)
        var paths: Set<String> = []
        var last: Int?
        // Every installation that follows directly is of the same kind.
        steps: for instruction in view.buildInstructions {
            guard let node = instruction.nodeIndex, node >= install else { continue }
            switch instruction.kind {
            case .run:
                let commands = view.runs.first { $0.instruction.nodeIndex == node }?.script.commands ?? []
                var read: Set<String> = []
                for command in commands where !ManifestOrder.needsNoSources(command) {
                    guard let files = manifests.read(by: command) else { break steps }
                    read.formUnion(files)
                }
                paths.formUnion(read)
                last = node
            case .env, .arg, .label, .expose: continue
            default: break steps
            }
        }
        guard let last, !paths.isEmpty else { return }
        order.apply(&plan, situation, paths: paths, behind: last)
    }

    private func applicationFiles(_ situation: Situation, _ evidence: Evidence, excluding: Set<String> = [])
        -> ApplicationFiles
    {
        // A package manager that starts the program reads its own files first.
        let isLaunched = Launchers.isUsed(situation)
        return ApplicationFiles(
            situation, evidence: evidence, directory: situation.applicationDirectory, excluding: excluding,
            compilesAtStart: isLaunched && !excluding.isEmpty
        ) { entry in
            let dead: Set<String> = [
                "Pipfile", "Pipfile.lock", "poetry.lock", "pdm.lock", "uv.lock", "tox.ini", "pytest.ini", "mypy.ini",
                ".flake8", ".pylintrc",
                "setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in", "build", "dist", ".python-version",
                "conftest.py", "noxfile.py",
            ]
            let path = PathText.join(situation.applicationDirectory, entry.name)
            // What an installation leaves beside the sources: these were installed, and nobody has opened them here.
            let isInstalled =
                entry.isDirectory && !entry.isFromContext
                && (entry.name.hasSuffix(".egg-info")
                    || evidence.added.contains { PathText.isBelow($0, path) && $0.contains(".egg-info/") })
            let isDead =
                dead.contains(entry.name) || isInstalled
                || (entry.name.hasPrefix("requirements") && !entry.name.hasSuffix(".py"))
            return isDead ? (isLaunched && !excluding.isEmpty ? .dead : .deadUnlessNamed) : .unknown
        }
    }
}
