import DockerfileSyntax

/// Go: a static program on nothing but what it asks of the system.
struct GoRecipe: Recipe {
    let name = "go"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let base = view.baseName(of: view.buildIndex)
        guard BaseImages.split(base).short == "golang", let evidence = situation.evidence else { return [] }
        let program: String
        var package: String?
        if view.commandWords.starts(with: ["go", "run"]), view.commandWords.count == 3, case .single = view.shape {
            // The program is compiled at each start: now once.
            package = view.commandWords[2]
            program = "/usr/local/bin/app"
        } else if let word = view.commandWords.first,
            let found = evidence.image.program(word, workingDirectory: situation.workingDirectory, path: evidence.path),
            evidence.added.contains(found) || evidence.added.contains(evidence.image.resolved(found)),
            ELFFile(path: evidence.image.directory + evidence.image.resolved(found)) != nil
        {
            program = found
        } else {
            return []
        }
        let code = CodeText(RootView(directory: situation.project.root), directory: "/")
        let usesC = code.contains("import \"C\"") || Self.usesCModule(situation.project.text("go.mod") ?? "")
        let startsOthers =
            package == nil
            && evidence.programs.contains {
                PathText.name($0) != PathText.name(program) && !$0.contains("/runc") && !$0.contains("/crun")
            }
        let needsSystem =
            startsOthers || code.contains("exec.Command") || code.contains("plugin.Open") || view.needsShell

        var plans: [RuntimePlan] = []
        if !needsSystem {
            plans.append(plan("scratch", ["scratch"], situation, evidence, program, package, code, usesC: usesC))
            if !usesC {
                plans.append(
                    plan(
                        "distroless", ["gcr.io/distroless/static-debian12:nonroot"], situation, evidence, program,
                        package,
                        code, usesC: false))
            }
        }
        if !usesC {
            plans.append(
                plan(
                    "alpine", ["alpine:3.19", "alpine:latest"], situation, evidence, program, package, code,
                    usesC: false))
        }
        plans.append(
            plan(
                "debian", ["debian:bookworm-slim", "debian:12-slim"], situation, evidence, program, package, code,
                usesC: usesC))
        return plans
    }

    private static func usesCModule(_ manifest: String) -> Bool {
        [
            "mattn/go-sqlite3", "confluent-kafka-go", "go-gl/", "git2go", "h2non/bimg", "davidbyttow/govips",
            "pebbe/zmq4", "google/gopacket",
            "DataDog/zstd", "shirou/gopsutil/v2/host", "rocksdb", "linxGnu/grocksdb", "webview/webview",
            "hajimehoshi/oto",
        ]
        .contains { manifest.contains($0) }
    }

    private func plan(
        _ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence, _ program: String,
        _ package: String?, _ code: CodeText, usesC: Bool
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "go-\(variant)", bases: bases)
        let view = situation.view
        let directory = situation.applicationDirectory
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "the tool chain stays in the build stage; the program runs on \(variant == "scratch" ? "an empty base" : bases[0])"
            ))
        let needsZones =
            evidence.observation.opened.contains { $0.contains("/zoneinfo") } || code.contains("LoadLocation")
        editBuild(&plan, situation, usesC: usesC, zones: needsZones && variant != "distroless")
        orderModules(&plan, situation)
        if let package,
            let command = view.final.instructions.last(where: { if case .cmd = $0.kind { true } else { false } })?
                .nodeIndex
        {
            let tags = needsZones && !usesC && variant != "distroless" ? " -tags timetzdata" : ""
            let modules = situation.project.has("vendor") ? "" : "--mount=type=cache,target=/go/pkg/mod "
            plan.buildTail.append(
                "RUN \(modules)--mount=type=cache,target=/root/.cache/go-build \(usesC ? "" : "CGO_ENABLED=0 ")go build -trimpath -ldflags=\"-s -w\"\(tags) -o \(program) \(package)"
            )
            plan.commands[command] = "CMD [\"\(program)\"]"
            plan.steps.append(
                situation.step(
                    "compiled-once", at: command, "the program is compiled when the image is built, not at each start"))
        }

        let files = ApplicationFiles(
            situation, evidence: evidence, directory: directory, compilesAtStart: package != nil
        ) { entry in
            self.isDead(entry, situation, code) ? .dead : .unknown
        }
        let build = Composer.buildName(view)
        var copies: [String] = []
        let writable = evidence.writtenDirectories
        let isRoot = AccountSetup.user(situation, setup: []) == nil
        if variant == "scratch" {
            plan.hasShell = false
            var root = RootFilesystem()
            root.writable = writable
            root.files = ["/etc/ssl/certs/ca-certificates.crt"]
            if usesC {
                root.linked = [program]
                if needsZones { root.files.append("/usr/share/zoneinfo") }
            }
            plan.buildTail += root.lines(
                comment:
                    "What an empty base lacks: roots of trust, accounts, a place for temporary files\(usesC ? ", shared libraries" : "")."
            )
            // The parent is copied: a copy of /rootfs/tmp itself would get other permissions.
            copies.append("COPY --from=\(build) \(RootFilesystem.directory)/ /")
            plan.steps.append(
                situation.step(
                    "empty-base-needs", at: situation.fromNode,
                    "roots of trust, an account and /tmp come along\(needsZones ? "; time zones too" : "")"))
            if !isRoot {
                plan.user = RuntimeUser(ids: "\(AccountSetup.number):\(AccountSetup.number)", setup: [], writable: [])
            }
        } else if variant == "distroless" {
            plan.hasShell = false
            if writable.isEmpty, !isRoot { plan.user = RuntimeUser(ids: "65532:65532", setup: [], writable: []) }
        } else {
            plan.user = AccountSetup.user(
                situation, setup: variant == "alpine" ? AccountSetup.alpine : AccountSetup.debian)
        }
        plan.noteAccount(situation)
        copies += files.copies(
            from: build, source: CopySources.source(of: directory, view), owner: nil,
            into: directory == situation.workingDirectory ? "./" : directory + "/")
        if !PathText.isBelow(program, directory) { copies.append("COPY --from=\(build) \(program) \(program)") }
        plan.copies = copies
        OutsideFiles(evidence, outside: directory, excluding: [program]).add(to: &plan, view)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "CGO_ENABLED", "GOOS", "GOARCH", "GO111MODULE", "GOPROXY", "GOFLAGS", "GOPRIVATE", "GOSUMDB", "GOTOOLCHAIN",
            "DEBIAN_FRONTEND",
        ]
        return plan
    }

    /// A smaller program from the same commands, and caches that outlive the build.
    private func editBuild(_ plan: inout RuntimePlan, _ situation: Situation, usesC: Bool, zones: Bool) {
        let view = situation.view
        for run in view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            let goes = run.script.commands.filter { $0.name == "go" }
            guard !goes.isEmpty else { continue }
            var text = RunText(node, view, plan)
            for verb in ["build", "install"] where goes.contains(where: { $0.arguments.first == verb }) {
                let command = goes.first { $0.arguments.first == verb }
                var flags = ""
                if let command {
                    if !command.arguments.contains("-trimpath") { flags += " -trimpath" }
                    if !command.arguments.contains(where: { $0.hasPrefix("-ldflags") }) {
                        flags += " -ldflags=\"-s -w\""
                    }
                    if zones, !usesC, !command.arguments.contains(where: { $0.hasPrefix("-tags") }) {
                        flags += " -tags timetzdata"
                    }
                    let isSet =
                        command.words.contains { $0.hasPrefix("CGO_ENABLED=") }
                        || view.build.instructions.contains {
                            if case .env(let pairs) = $0.kind {
                                pairs.contains { $0.key == "CGO_ENABLED" }
                            } else {
                                false
                            }
                        }
                    let prefix = usesC || isSet ? "" : "CGO_ENABLED=0 "
                    text.replace("go \(verb)", with: "\(prefix)go \(verb)\(flags)")
                }
                plan.steps.append(
                    situation.step(
                        "static-program", at: node,
                        "the program is linked \(usesC ? "" : "statically and ")without debugging tables\(zones && !usesC ? ", with time zones in it" : "")"
                    ))
            }
            text.addFlag("--mount=type=cache,target=/root/.cache/go-build")
            if !situation.project.has("vendor") { text.addFlag("--mount=type=cache,target=/go/pkg/mod") }
            plan.replacements[node] = text.text
        }
    }

    private func orderModules(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        let project = situation.project
        guard project.has("go.mod"), !(project.text("go.mod") ?? "").contains("=> .") else { return }
        guard
            let download = view.runs.first(where: { run in
                run.script.commands.allSatisfy { $0.name == "go" && $0.arguments.prefix(2) == ["mod", "download"] }
            })?.instruction.nodeIndex
        else { return }
        guard
            let whole = view.build.instructions.last(where: { instruction in
                guard let node = instruction.nodeIndex, node + 1 == download, case .copy(let copy) = instruction.kind
                else { return false }
                return copy.from == nil && copy.paths.sources.contains { $0 == "." || $0 == "./" }
            })?.nodeIndex
        else { return }
        let files = ["go.mod", "go.sum"].filter(project.has)
        plan.insertions[whole, default: []].append("COPY \(files.joined(separator: " ")) ./")
        plan.moves.append((node: whole, behind: download))
        plan.steps.append(
            situation.step("manifests-first", at: whole, "a change of the sources no longer downloads all modules anew")
        )
    }

    private func isDead(_ entry: ApplicationFiles.Entry, _ situation: Situation, _ code: CodeText) -> Bool {
        if ["go.mod", "go.sum", "go.work", "go.work.sum", "vendor", ".golangci.yml", ".golangci.yaml", ".air.toml"]
            .contains(entry.name)
        {
            return true
        }
        if entry.name.hasSuffix(".go") { return true }
        guard entry.isDirectory else { return code.contains("go:embed \(entry.name)") }
        if code.contains("go:embed \(entry.name)") { return true }
        let files = situation.project.entries.filter { !$0.isDirectory && $0.path.hasPrefix(entry.name + "/") }
        return !files.isEmpty && files.allSatisfy { $0.path.hasSuffix(".go") || $0.path.contains("/testdata/") }
    }
}
