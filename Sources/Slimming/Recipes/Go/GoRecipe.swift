import DockerfileSyntax

/// Go: a static program on nothing but what it asks of the system.
struct GoRecipe: Recipe {
    let name = "go"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let base = view.baseName(of: view.buildIndex)
        guard BaseImages.split(base).short == "golang", let evidence = situation.evidence else { return [] }
        var programs = BuiltPrograms(situation, evidence)
        let start = GoRun(view)
        if start != nil {
            // The program is compiled at each start: now once.
            programs = BuiltPrograms(main: Self.compiled)
        }
        guard programs.main != nil || !programs.all.isEmpty else { return [] }
        let code = CodeText(situation.project)
        let isToldToUseC = view.buildInstructions.contains { $0.original.contains("CGO_ENABLED=1") }
        let usesC =
            code.contains("import \"C\"") || isToldToUseC || Self.usesCModule(situation.project.text("go.mod") ?? "")
        let others = start == nil ? programs.others(view, evidence) : []
        let needsSystem =
            !others.isEmpty || view.needsShell || !GoStarts(code).areOwn(situation, evidence)
        let isGlibc = DpkgDatabase.exists(in: evidence.image)
        let details = Details(programs: programs, start: start, code: code, usesC: usesC)

        var plans: [RuntimePlan] = []
        func add(_ variant: String, _ bases: [String]) {
            plans.append(plan(variant, bases, situation, evidence, details))
        }
        if !needsSystem {
            if !usesC || evidence.image.kind("/usr/bin/ldd") == .file { add("scratch", ["scratch"]) }
            if !usesC { add("distroless", ["gcr.io/distroless/static-debian12:nonroot"]) }
        }
        if !usesC || !isGlibc {
            if others.isSubset(of: Busybox.programs) {
                add("alpine", BaseImages.alpine)
            } else if others.subtracting(Busybox.programs) == ["curl"], !code.starts("curl"),
                let check = PageCheck.translated(view, to: .wget)
            {
                add("alpine", BaseImages.alpine)
                plans[plans.count - 1].setHealthCheck(check, by: .wget, situation)
            }
        }
        if isGlibc || !usesC {
            add("debian", isGlibc ? BaseImages.distribution(of: evidence.image) : BaseImages.debian)
        }
        return plans
    }

    /// Where a program that the original compiles at each start is put.
    private static let compiled = "/usr/local/bin/app"

    private static func usesCModule(_ manifest: String) -> Bool {
        [
            "mattn/go-sqlite3", "confluent-kafka-go", "go-gl/", "git2go", "h2non/bimg", "davidbyttow/govips",
            "pebbe/zmq4", "google/gopacket",
            "DataDog/zstd", "shirou/gopsutil/v2/host", "rocksdb", "linxGnu/grocksdb", "webview/webview",
            "hajimehoshi/oto",
        ]
        .contains { manifest.contains($0) }
    }

    /// What all plans of a project have in common.
    private struct Details {
        var programs: BuiltPrograms
        var start: GoRun?
        var code: CodeText
        var usesC: Bool
    }

    private func plan(
        _ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence, _ details: Details
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "go-\(variant)", bases: bases)
        let view = situation.view
        let directory = situation.applicationDirectory
        let usesC = details.usesC
        plan.noteBase(
            "the tool chain stays in the build stage; the program runs on \(variant == "scratch" ? "an empty base" : bases[0])",
            situation)
        let needsZones = evidence.looksUpTimeZones || details.code.contains("LoadLocation")
        let compiler = GoBuild(situation, usesC: usesC, zones: needsZones && variant != "distroless")
        compiler.edit(&plan, situation, isCompiledLater: details.start != nil)
        if !compiler.isDirect { details.programs.strip(&plan, situation, evidence) }
        GoModules.order(&plan, situation)
        if let start = details.start, let command = view.commandNode {
            plan.buildTail.append(compiler.command(flags: start.flags, package: start.package, output: Self.compiled))
            plan.commands[command] = "CMD \(ExecForm.json([Self.compiled] + start.arguments))"
            plan.steps.append(
                situation.step(
                    "compiled-once", at: command, "the program is compiled when the image is built, not at each start"))
        }

        let known = GoFiles(details.code, evidence.image, directory: directory)
        let files = ApplicationFiles(
            situation, evidence: evidence, directory: directory, compilesAtStart: details.start != nil,
            verdict: known.verdict)
        let build = Composer.buildName(view)
        var copies: [String] = []
        let copiesZones = needsZones && !compiler.includesZones && variant != "distroless"
        let outside = details.programs.outside(directory)
        let origins = CopyOrigins(situation, evidence)
        if variant == "scratch" {
            var root = RootFilesystem(situation)
            let roots = "/etc/ssl/certs/ca-certificates.crt"
            root.files = [roots]
            if copiesZones { root.files.append("/usr/share/zoneinfo") }
            if usesC { root.linked = details.programs.all.map { origins.origin(of: $0).path }.sorted() }
            // Whatever golang image it is, it downloads modules by its roots of trust.
            root.settle { situation.buildStageHas($0) ?? ($0 == roots ? true : nil) }
            plan.start(
                from: root, situation,
                comment:
                    "What an empty base lacks: roots of trust, accounts, a place for temporary files\(usesC ? ", shared libraries" : "")."
            )
            plan.steps.append(
                situation.step(
                    "empty-base-needs", at: situation.fromNode,
                    "roots of trust, an account and /tmp come along\(needsZones ? "; time zones too" : "")"))
            plan.user = AccountSetup.plain(situation)
        } else if variant == "distroless" {
            plan.hasShell = false
            if evidence.writtenDirectories.isEmpty, let user = AccountSetup.plain(situation) {
                plan.user = user.isOriginal ? user : RuntimeUser(ids: "65532:65532", setup: [], writable: [])
            }
        } else {
            plan.user = AccountSetup.user(
                situation, setup: variant == "alpine" ? .alpine : .debian)
            // Debian's slim image has no roots of trust; whether a module asks for them is not to be seen.
            plan.provided.append("/usr/share/ca-certificates")
            let roots = variant == "debian" ? ["/etc/ssl/certs/ca-certificates.crt"] : []
            let places = roots + (copiesZones ? ["/usr/share/zoneinfo"] : [])
            copies += places.map { "COPY --from=\(build) \($0) \($0)" }
        }
        plan.noteAccount(situation)
        copies += files.copies(situation, origins)
        copies += outside.map { origins.line($0.from, to: $0.to) }
        copies += OutsideFiles(evidence, outside: directory, excluding: details.programs.all.sorted()).copies(origins)
        plan.copies += copies
        plan.noteDropped(files, situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "CGO_ENABLED", "GOOS", "GOARCH", "GO111MODULE", "GOPROXY", "GOFLAGS", "GOPRIVATE", "GOSUMDB", "GOTOOLCHAIN",
            "DEBIAN_FRONTEND",
        ]
        return plan
    }
}
