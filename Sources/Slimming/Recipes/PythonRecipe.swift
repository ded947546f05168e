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
        if case .single = view.shape, !installs.isEmpty, !usesEnvironment {
            if LeanInterpreter.suffices(
                situation, evidence, interpreter: ["python"],
                starts: ["subprocess", "os.system", "os.popen", "popen", "shutil.which", "find_library", "os.exec"])
            {
                plans.append(lean(situation, evidence))
            }
            plans.append(environmentPlan(slim, situation, evidence))
        }
        plans.append(packagesPlan(slim, situation, evidence))
        return plans
    }

    private static func isInstall(_ command: ShellScript.Command) -> Bool {
        let words = Array(command.program)
        guard let name = words.first.map(PathText.name) else { return false }
        if name.hasPrefix("pip") { return words.contains("install") || words.contains("sync") }
        if name.hasPrefix("python") {
            return words.starts(with: [words[0], "-m", "pip"])
                || (words.contains("setup.py") && words.contains("install"))
        }
        return ["poetry", "pipenv", "uv"].contains(name) && words.contains { ["install", "sync"].contains($0) }
    }

    private func environmentPlan(_ bases: [String], _ situation: Situation, _ evidence: Evidence) -> RuntimePlan {
        var plan = base("python-venv", bases, situation)
        let view = situation.view
        // `python -m pip` asks the environment's own Python, which then needs pip.
        let needsPip =
            view.commands.contains { $0.arguments.starts(with: ["-m", "pip"]) }
            || view.commands.contains { $0.name == "uv" }
        plan.buildHead = [
            "# Dependencies go into an environment that can be copied as a whole.",
            "RUN python -m venv \(needsPip ? "" : "--without-pip ")\(Self.environment)",
            "ENV VIRTUAL_ENV=\(Self.environment) PATH=\(Self.environment)/bin:$PATH\(needsPip ? "" : " PIP_PYTHON=\(Self.environment)/bin/python")",
        ]
        addCaches(&plan, situation)
        plan.setup = ["ENV VIRTUAL_ENV=\(Self.environment) PATH=\(Self.environment)/bin:$PATH"]
        let files = applicationFiles(situation, evidence)
        plan.copies =
            ["COPY --from=\(Composer.buildName(view)) \(Self.environment) \(Self.environment)"]
            + files.copies(
                from: Composer.buildName(view), source: situation.applicationDirectory, owner: nil,
                into: situation.applicationDirectory == situation.workingDirectory
                    ? "./" : situation.applicationDirectory + "/")
        plan.steps.append(
            situation.step(
                "virtual-environment", at: view.runs.first?.instruction.nodeIndex,
                "dependencies are installed where they can be copied as a whole, without pip and its cache"))
        finish(&plan, situation, files)
        return plan
    }

    /// Python with its library and the environment, on an empty base.
    private func lean(_ situation: Situation, _ evidence: Evidence) -> RuntimePlan {
        var plan = environmentPlan(["scratch"], situation, evidence)
        plan.name = "python-scratch"
        plan.steps.removeAll { $0.id == "runtime-base" }
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "only Python was started: it, its library and the shared libraries they load are all that the image has"
            ))
        let python = evidence.image.resolved("/usr/local/bin/python3")
        let library = "/usr/local/lib/" + PathText.name(python)
        guard evidence.image.kind(library) == .directory else {
            return environmentPlan(
                BaseImages.slim(of: situation.view.baseName(of: situation.view.buildIndex)), situation, evidence)
        }
        var root = LeanInterpreter.root(evidence, interpreter: python, libraries: [library])
        root.linkedDirectories = [library + "/lib-dynload", Self.environment]
        // Parts of the library that are tools or need what is not there, and what only installers use.
        let unneeded = [
            "site-packages", "dist-packages", "test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3",
            "pydoc_data", "__pycache__",
        ]
        let excludes =
            unneeded.map { "--exclude=\(PathText.name(library))/\($0)" } + ["--exclude='config-*'", "--exclude='*.a'"]
        root.first = [
            "mkdir -p \(RootFilesystem.directory)/usr/local/bin \(RootFilesystem.directory)/usr/local/lib",
            "tar -C /usr/local/lib -c \(excludes.joined(separator: " ")) \(PathText.name(library)) | tar -C \(RootFilesystem.directory)/usr/local/lib -x",
            "cp -P /usr/local/bin/python* \(RootFilesystem.directory)/usr/local/bin/",
        ]
        if evidence.image.names("/usr/local/lib").contains(where: { $0.hasPrefix("libpython") }) {
            root.first.append("cp -P /usr/local/lib/libpython*.so* \(RootFilesystem.directory)/usr/local/lib/")
        }
        plan.buildTail += root.lines(
            comment: "Python with its shared libraries, and what every process expects of a system.")
        plan.copies.insert("COPY --from=\(Composer.buildName(situation.view)) \(RootFilesystem.directory)/ /", at: 0)
        plan.hasShell = false
        let own = evidence.baseConfig.env.filter {
            !$0.hasPrefix("PATH=") && !$0.contains("_SHA256") && !$0.hasPrefix("GPG_KEY") && !$0.hasPrefix("PYTHON_")
        }
        plan.setup =
            own.map { "ENV \($0)" } + [
                "ENV VIRTUAL_ENV=\(Self.environment) PATH=\(Self.environment)/bin:/usr/local/bin:/usr/bin:/bin"
            ]
        plan.user = AccountSetup.plain(situation)
        return plan
    }

    /// Copies the packages from where the original has them.
    private func packagesPlan(_ bases: [String], _ situation: Situation, _ evidence: Evidence) -> RuntimePlan {
        var plan = base("python-packages", bases, situation)
        let view = situation.view
        addCaches(&plan, situation)
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
        let directory = situation.applicationDirectory
        plan.copies += files.copies(
            from: build, source: CopySources.source(of: directory, view), owner: nil,
            into: directory == situation.workingDirectory ? "./" : directory + "/")
        finish(&plan, situation, files)
        return plan
    }

    private func base(_ name: String, _ bases: [String], _ situation: Situation) -> RuntimePlan {
        var plan = RuntimePlan(name: name, bases: bases)
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "compilers and headers of the full image stay in the build stage; the image starts from slim"))
        return plan
    }

    private func finish(_ plan: inout RuntimePlan, _ situation: Situation, _ files: ApplicationFiles) {
        if let evidence = situation.evidence {
            let own = evidence.added.filter { $0.hasPrefix("/usr/local/lib/python") || $0.hasPrefix("/usr/local/bin/") }
            OutsideFiles(
                evidence, outside: situation.applicationDirectory,
                excluding: Array(
                    Set(
                        own.map {
                            $0.hasPrefix("/usr/local/bin/")
                                ? "/usr/local/bin" : "/usr/local/lib/" + $0.split(separator: "/")[3]
                        })) + ["/usr/local/share", "/usr/local/etc"]
            )
            .add(to: &plan, situation.view)
        }
        plan.noteDropped(files, situation)
        plan.user = AccountSetup.user(situation, setup: .debian)
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "DEBIAN_FRONTEND", "PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_DEFAULT_TIMEOUT",
            "PIP_INDEX_URL",
            "POETRY_VERSION", "POETRY_HOME", "POETRY_VIRTUALENVS_CREATE", "POETRY_NO_INTERACTION", "POETRY_CACHE_DIR",
            "UV_SYSTEM_PYTHON", "UV_COMPILE_BYTECODE", "UV_LINK_MODE",
        ]
    }

    private func addCaches(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        for run in view.runs
        where run.script.commands.contains(where: { $0.name.hasPrefix("pip") && $0.arguments.contains("install") }) {
            guard let node = run.instruction.nodeIndex else { continue }
            var text = RunText(node, view, plan)
            // Programs that install others are no part of the application: they stay out of its environment.
            let installs = run.script.commands.filter { $0.name.hasPrefix("pip") && $0.arguments.contains("install") }
            if plan.buildHead.contains(where: { $0.contains("PIP_PYTHON") }), installs.allSatisfy(Self.installsTools) {
                text.replace("pip install", with: "PIP_PYTHON=/usr/local/bin/python pip install")
                text.replace("pip3 install", with: "PIP_PYTHON=/usr/local/bin/python pip3 install")
                plan.replacements[node] = text.text
            }
            guard !text.text.contains("--no-cache-dir"), !text.text.contains("rm -rf ~/.cache"),
                !text.text.contains("/.cache")
            else { continue }
            text.addFlag("--mount=type=cache,target=/root/.cache/pip")
            plan.replacements[node] = text.text
            plan.steps.append(
                situation.step(
                    "cache-mount", at: node, "what pip downloads stays for the next build, and out of the image"))
        }
    }

    /// Whether an installation is of nothing but package managers.
    private static func installsTools(_ command: ShellScript.Command) -> Bool {
        let tools: Set<String> = ["poetry", "pipenv", "uv", "pdm", "hatch", "pip", "poetry-core"]
        let names = command.arguments.filter { !$0.hasPrefix("-") && $0 != "install" }
            .map { String($0.prefix { $0.isLetter || $0.isNumber || $0 == "-" }) }
        return !names.isEmpty && names.allSatisfy(tools.contains) && names.contains { $0 != "pip" }
    }

    private func applicationFiles(_ situation: Situation, _ evidence: Evidence) -> ApplicationFiles {
        ApplicationFiles(situation, evidence: evidence, directory: situation.applicationDirectory) { entry in
            let dead: Set<String> = [
                "Pipfile", "Pipfile.lock", "poetry.lock", "pdm.lock", "uv.lock", "tox.ini", "pytest.ini", "mypy.ini",
                ".flake8", ".pylintrc",
                "setup.py", "setup.cfg", "MANIFEST.in", "build", "dist", ".python-version", "conftest.py", "noxfile.py",
            ]
            let isDead =
                dead.contains(entry.name) || (entry.name.hasPrefix("requirements") && !entry.name.hasSuffix(".py"))
            return isDead ? .deadUnlessNamed : .unknown
        }
    }
}
