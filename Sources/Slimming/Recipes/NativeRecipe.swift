import DockerfileSyntax

/// C, C++, Rust and whatever else ends as a program for the machine: the program, its shared libraries, its data.
struct NativeRecipe: Recipe {
    let name = "native"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard let evidence = situation.evidence, let word = view.commandWords.first,
            let program = evidence.image.program(
                word, workingDirectory: situation.workingDirectory, path: evidence.path)
        else { return [] }
        let resolved = evidence.image.resolved(program)
        guard evidence.added.contains(program) || evidence.added.contains(resolved),
            ELFFile(path: evidence.image.directory + resolved) != nil, isBuilt(view)
        else { return [] }
        let others = evidence.programs.subtracting([program, resolved])
        let code = CodeText(RootView(directory: situation.project.root), directory: "/")
        let startsOthers = ["system(", "popen(", "execvp(", "execlp(", "Command::new", "posix_spawn"].contains(
            where: code.contains)
        var plans: [RuntimePlan] = []
        if others.isEmpty, !startsOthers, !view.needsShell, evidence.image.kind("/usr/bin/ldd") == .file {
            plans.append(plan("scratch", ["scratch"], situation, evidence, program, others))
        }
        plans.append(plan("debian", ["debian:bookworm-slim", "debian:12-slim"], situation, evidence, program, others))
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
        _ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence, _ program: String,
        _ others: Set<String>
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "native-\(variant)", bases: bases)
        let view = situation.view
        let build = Composer.buildName(view)
        let directory = situation.applicationDirectory
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "compilers and sources stay in the build stage; the program runs on \(variant == "scratch" ? "an empty base with the libraries that it loads" : "a slim base")"
            ))
        let outputs = ["target", "build", "bin", "obj"].filter { name in
            PathText.isBelow(program, PathText.join(directory, name)) || ["target", "obj"].contains(name)
        }
        let files = ApplicationFiles(situation, evidence: evidence, directory: directory, excluding: Set(outputs)) {
            entry in
            Self.verdict(entry, evidence, directory)
        }
        let outside = OutsideFiles(evidence, outside: directory)
        var copies: [String] = []
        if variant == "scratch" {
            plan.hasShell = false
            var root = RootFilesystem()
            root.linked =
                [program]
                + outside.paths.filter {
                    evidence.image.kind($0) == .file && ($0.contains("/lib/") || $0.contains("/bin/")) && $0 != program
                }
            root.files = ["/etc/ssl/certs/ca-certificates.crt", "/etc/nsswitch.conf"]
            if evidence.observation.opened.contains(where: { $0.contains("/zoneinfo") }) {
                root.files.append("/usr/share/zoneinfo")
            }
            // Libraries that were loaded by name, which linking does not tell.
            root.files += evidence.loadedByName(program: program)
            root.writable = evidence.writtenDirectories
            plan.buildTail = root.lines(
                comment:
                    "What an empty base lacks: the shared libraries of the program, accounts, a place for temporary files."
            )
            copies.append("COPY --from=\(build) \(RootFilesystem.directory)/ /")
            if AccountSetup.user(situation, setup: []) != nil {
                plan.user = RuntimeUser(ids: "\(AccountSetup.number):\(AccountSetup.number)", setup: [], writable: [])
            }
        } else {
            plan.user = AccountSetup.user(situation, setup: AccountSetup.debian)
        }
        plan.noteAccount(situation)
        copies += outside.copies(from: build)
        if directory != "/" {
            copies += files.copies(
                from: build, source: CopySources.source(of: directory, view), owner: nil,
                into: directory == situation.workingDirectory ? "./" : directory + "/")
        }
        let isCopied =
            outside.paths.contains { PathText.isBelow(program, $0) }
            || files.kept.contains { PathText.isBelow(program, PathText.join(directory, $0.name)) }
        if !isCopied { copies.append("COPY --from=\(build) \(program) \(program)") }
        // Of what the build left behind, everything else that was opened.
        for output in outputs {
            let path = PathText.join(directory, output)
            for file in evidence.image.files(below: path) where evidence.opened(below: file) && file != program {
                copies.append("COPY --from=\(build) \(file) \(file)")
            }
        }
        plan.copies = copies
        plan.noteDropped(files, situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "DEBIAN_FRONTEND", "CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "CARGO_HOME", "RUSTUP_HOME",
            "RUSTFLAGS", "CARGO_TERM_COLOR", "CGO_ENABLED", "GOFLAGS",
        ]
        return plan
    }

    private static func verdict(_ entry: ApplicationFiles.Entry, _ evidence: Evidence, _ directory: String)
        -> ApplicationFiles.Verdict
    {
        let dead: Set<String> = [
            "Cargo.toml", "Cargo.lock", "build.rs", "Makefile", "makefile", "GNUmakefile", "CMakeLists.txt",
            "meson.build", "configure", "configure.ac", "Makefile.am", "rust-toolchain", "rust-toolchain.toml",
            "include", "benches", "examples", "CMakeFiles", "CMakeCache.txt", "cmake_install.cmake",
        ]
        if dead.contains(entry.name) { return .dead }
        let sources = [".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".o", ".a", ".rs", ".s", ".S"]
        if !entry.isDirectory { return sources.contains(where: entry.name.hasSuffix) ? .dead : .unknown }
        let files = evidence.image.files(below: PathText.join(directory, entry.name), limit: 5_000)
        let isSource =
            !files.isEmpty
            && files.allSatisfy { file in
                sources.contains(where: file.hasSuffix) || file.hasSuffix("Makefile")
                    || file.hasSuffix("CMakeLists.txt")
            }
        return isSource ? .dead : .unknown
    }
}
