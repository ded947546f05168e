import DockerfileSyntax

/// C, C++, Rust and whatever else ends as a program for the machine: the program, its shared libraries, its data.
struct NativeRecipe: Recipe {
    let name = "native"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard let evidence = situation.evidence, isBuilt(view) else { return [] }
        let start = CargoRun(situation, evidence)
        let programs = start.map { BuiltPrograms(main: $0.program) } ?? BuiltPrograms(situation, evidence)
        guard !programs.all.isEmpty else { return [] }
        let others = start == nil ? programs.others(view, evidence) : []
        let code = CodeText(situation.project)
        let startsOthers = ["system(", "popen(", "execvp(", "execlp(", "Command::new", "posix_spawn"].contains(
            where: code.contains)
        var plans: [RuntimePlan] = []
        if others.isEmpty, !startsOthers, !view.needsShell, evidence.image.kind("/usr/bin/ldd") == .file {
            plans.append(plan("scratch", ["scratch"], situation, evidence, code, programs, start))
        }
        plans.append(
            plan(
                "distribution", BaseImages.distribution(of: evidence.image), situation, evidence, code, programs, start)
        )
        return plans
    }

    /// Whether the Dockerfile compiles something.
    private func isBuilt(_ view: StageView) -> Bool {
        let compilers: Set<String> = [
            "make", "cmake", "ninja", "meson", "gcc", "g++", "cc", "c++", "clang", "clang++", "cargo", "rustc", "swift",
            "zig", "ghc", "stack", "dune", "nim", "crystal", "configure", "go",
        ]
        return view.commands.contains { compilers.contains($0.name) }
    }

    private func plan(
        _ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence, _ code: CodeText,
        _ programs: BuiltPrograms, _ start: CargoRun?
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "native-\(variant)", bases: bases)
        let directory = situation.applicationDirectory
        plan.noteBase(
            "compilers and sources stay in the build stage; the program runs on \(variant == "scratch" ? "an empty base with the libraries that it loads" : "the distribution alone")",
            situation)
        let origins = CopyOrigins(situation, evidence)
        let outputs = ["target", "build", "bin", "obj"].filter { name in
            let path = PathText.join(directory, name)
            return programs.all.contains { PathText.isBelow($0, path) } || ["target", "obj"].contains(name)
        }
        let isOnlyForBuild = situation.isOnlyForBuild(directory)
        let gathered = variant == "scratch" ? evidence.locales + evidence.characterSets : []
        let outside = OutsideFiles(evidence, outside: directory, excluding: gathered)
        let installed = InstalledCopies(evidence, outside)
        let includes = RustIncludes(code)
        let files = ApplicationFiles(
            situation, evidence: evidence, directory: directory, excluding: Set(outputs), compilesAtStart: start != nil
        ) { entry in
            // What was installed elsewhere is still where it was linked.
            let isInstalled = programs.all.contains {
                PathText.name($0) == entry.name && !PathText.isBelow($0, directory)
            }
            if isOnlyForBuild || (isInstalled && !entry.isFromContext && !entry.isDirectory) { return .dead }
            if entry.isFromContext, installed.cover(PathText.join(directory, entry.name)) { return .deadUnlessNamed }
            if includes.contains(entry) { return .dead }
            return Self.verdict(entry, evidence, directory)
        }
        keepDownloads(&plan, situation, evidence)
        programs.strip(&plan, situation, evidence)
        var copies: [String] = []
        if variant == "scratch" {
            var root = RootFilesystem(situation)
            let own = programs.all.union(
                outside.paths.filter {
                    evidence.image.kind($0) == .file && ($0.contains("/lib/") || $0.contains("/bin/"))
                })
            root.linked = own.map { origins.origin(of: $0).path }.sorted()
            root.files = ["/etc/ssl/certs/ca-certificates.crt", "/etc/nsswitch.conf"] + gathered
            if evidence.looksUpTimeZones { root.files.append("/usr/share/zoneinfo") }
            // Libraries that were loaded by name, which linking does not tell.
            let loaded = evidence.loadedByName(program: programs.main ?? "").filter { path in
                !root.files.contains(path) && !outside.paths.contains { PathText.isBelow(path, $0) }
            }
            root.add(libraries: loaded, of: evidence.image)
            root.settle(situation.buildStageHas)
            plan.start(
                from: root, situation,
                comment:
                    "What an empty base lacks: the shared libraries of the program, accounts, a place for temporary files."
            )
            plan.user = AccountSetup.plain(situation)
        } else {
            let isAlpine = bases.first?.hasPrefix("alpine") ?? false
            plan.user = AccountSetup.user(situation, setup: isAlpine ? .alpine : .debian)
        }
        plan.noteAccount(situation)
        copies += outside.copies(origins)
        if directory != "/" {
            copies += files.copies(situation, origins)
        }
        for (path, place) in programs.outside() where start == nil {
            let isCopied =
                (place == path && outside.paths.contains { PathText.isBelow(path, $0) })
                || files.kept.contains { PathText.isBelow(path, PathText.join(directory, $0.name)) }
            if !isCopied { copies.append(origins.line(path, to: place)) }
        }
        // Of what the build left behind, everything else that was opened.
        for output in outputs where start == nil {
            let path = PathText.join(directory, output)
            for file in evidence.image.files(below: path)
            where evidence.opened(below: file) && !programs.all.contains(file) {
                copies.append(origins.line(file))
            }
        }
        if let start { start.compileOnce(&plan, &copies, situation) }
        plan.copies += copies
        plan.noteDropped(files, situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "DEBIAN_FRONTEND", "CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "CARGO_HOME", "RUSTUP_HOME",
            "RUSTFLAGS", "CARGO_TERM_COLOR", "CGO_ENABLED", "GOFLAGS",
        ]
        return plan
    }

    /// Keeps what Cargo downloads between builds, outside of the layers.
    private func keepDownloads(_ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence) {
        guard let home = evidence.variable("CARGO_HOME"), !situation.view.buildsAsOther,
            !situation.project.has("vendor")
        else { return }
        for run in situation.view.runs {
            guard let node = run.instruction.nodeIndex,
                run.script.commands.contains(where: {
                    $0.name == "cargo" && ["build", "install", "fetch", "test"].contains($0.arguments.first)
                })
            else { continue }
            var text = RunText(node, situation.view, plan)
            text.addFlag("--mount=type=cache,target=\(home)/registry")
            plan.replacements[node] = text.text
            plan.steps.append(
                situation.step(
                    "download-cache", at: node, "what is downloaded stays between builds, outside of the image"))
        }
    }

    /// Files that lie beside sources for those who build them.
    private static let buildFiles: Set<String> = [
        "Makefile", "CMakeLists.txt", "meson.build", "Cargo.toml", "Cargo.lock", "build.rs", ".cargo-checksum.json",
        "README.md", "LICENSE", "LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", ".gitignore",
    ]

    private static func verdict(_ entry: ApplicationFiles.Entry, _ evidence: Evidence, _ directory: String)
        -> ApplicationFiles.Verdict
    {
        let dead: Set<String> = [
            "Cargo.toml", "Cargo.lock", "build.rs", "Makefile", "makefile", "GNUmakefile", "CMakeLists.txt",
            "meson.build", "configure", "configure.ac", "Makefile.am", "rust-toolchain", "rust-toolchain.toml",
            "include", "benches", "examples", ".cargo", "CMakeFiles", "CMakeCache.txt", "cmake_install.cmake",
        ]
        if dead.contains(PathText.name(entry.name)) { return .dead }
        let sources = [".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".o", ".a", ".rs", ".s", ".S"]
        if !entry.isDirectory { return sources.contains(where: entry.name.hasSuffix) ? .dead : .unknown }
        let files = evidence.image.files(below: PathText.join(directory, entry.name), limit: 5_000)
        // What a generator of build files has written to is only for the build, where it was not opened.
        let marks = ["/CMakeCache.txt", "/build.ninja", "/meson-info/intro-targets.json", "/config.status"]
        if files.contains(where: { file in marks.contains { file.hasSuffix($0) } }) { return .deadUnlessNamed }
        guard files.contains(where: { file in sources.contains(where: file.hasSuffix) }) else { return .unknown }
        // Crates that Cargo has put beside the project.
        if files.contains(where: { $0.hasSuffix("/.cargo-checksum.json") }) { return .dead }
        let others = files.filter { file in
            !sources.contains(where: file.hasSuffix) && !buildFiles.contains(PathText.name(file))
        }
        if others.isEmpty { return .dead }
        // One by one, as long as a person would name them.
        return others.count <= 20 ? .parts : .unknown
    }
}
