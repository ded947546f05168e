import DockerfileSyntax

/// Nothing is built: no second stage, but a smaller base of the same kind, and no more packages than were asked for.
struct SingleStageRecipe: Recipe {
    let name = "single-stage"
    /// Whether steps that make something do not matter: nothing better has worked.
    var isLastResort = false

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard case .single = view.shape, view.parsed.stages.count == 1 else { return [] }
        guard Self.buildsNothing(situation) != isLastResort else { return [] }
        let base = view.baseName(of: view.buildIndex)
        guard !base.contains("$"), base != "scratch" else { return [] }
        // What an archive needs of a development kit is a runtime, which is another image.
        guard isLastResort || !BaseImages.javaKits.contains(BaseImages.split(base).short) else { return [] }
        var plans: [RuntimePlan] = []
        // Scripts of Node do not care about the C library; those of a shell do care about the tools.
        let short = BaseImages.split(base).short
        let isServer = ["nginx", "httpd"].contains(short) && !view.commands.contains { $0.name.hasPrefix("apt") }
        if BaseImages.alpine(of: base) != [base], isServer || (short == "node" && view.commandWords.first == "node") {
            plans.append(plan("alpine", BaseImages.alpine(of: base), situation))
        }
        let slim = BaseImages.slim(of: base)
        if isLastResort { return slim == [base] ? [] : [plan("slim", slim, situation)] }
        let bases = slim == [base] ? slim : slim + [base]
        if let without = withoutToolsForPeople(plan("slim", bases, situation), situation) { plans.append(without) }
        plans.append(plan("slim", bases, situation))
        var kept = plan("slim", bases, situation)
        kept.name += "-recommended"
        kept.keepsRecommended = true
        if situation.view.commands.contains(where: { ["apt-get", "apt"].contains($0.name) }) { plans.append(kept) }
        return plans
    }

    private func plan(_ variant: String, _ bases: [String], _ situation: Situation) -> RuntimePlan {
        var plan = RuntimePlan(name: "\(isLastResort ? "in-place" : "single-stage")-\(variant)", bases: bases)
        plan.isInPlace = true
        plan.noteBase(
            isLastResort
                ? "the \(variant) image of the same version is enough"
                : "nothing is compiled here: the \(variant) image of the same version is enough", situation)
        let isNode = bases.first?.contains("node:") ?? false
        plan.user = AccountSetup.user(
            situation, setup: variant == "alpine" ? .alpine : .debian,
            existing: isNode ? ("node", "1000:1000") : nil)
        // An account that the file itself makes and names is there in any case.
        if plan.user?.isOriginal == true { plan.user = nil }
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        return plan
    }

    /// The plan without editors and debuggers that nobody but people starts; nil when there are none.
    private func withoutToolsForPeople(_ plan: RuntimePlan, _ situation: Situation) -> RuntimePlan? {
        guard let evidence = situation.evidence, evidence.observation.recordedFiles else { return nil }
        let used = Set(DpkgDatabase(evidence.image).owners(of: evidence.programs).values)
        var plan = plan
        var removed: [String] = []
        for run in situation.view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            let named = run.script.commands.flatMap(SystemPackages.names)
            let needless = named.filter { SystemPackages.isForPeople($0) && !used.contains($0) }
            guard !needless.isEmpty, needless.count < named.count else { continue }
            var text = RunText(node, situation.view, plan)
            for name in needless { text.removeWord(name) }
            plan.replacements[node] = text.text
            removed += needless
        }
        guard !removed.isEmpty else { return nil }
        plan.name += "-lean"
        plan.steps.append(
            situation.step(
                "tools-for-people", at: situation.fromNode,
                "nothing starts \(removed.joined(separator: ", ")); whoever looks into a container brings their own tools"
            ))
        return plan
    }

    /// Whether steps of the build stage make something out of something else.
    static func buildsNothing(_ situation: Situation) -> Bool {
        let harmless: Set<String> = [
            "apt-get", "apt", "apk", "mkdir", "chmod", "chown", "rm", "ln", "cp", "mv", "echo", "printf", "useradd",
            "groupadd", "adduser", "addgroup", "true", "set",
            "touch", "sed", "install", "cd", "cat", "tee", "test", "[", "crontab", "ldconfig", "update-ca-certificates",
            "locale-gen", "usermod", "ssh-keygen", "openssl", "a2enmod", "a2dismod", "a2ensite", "a2dissite",
            "dpkg-reconfigure", "update-alternatives", "mkfifo", "setcap", "passwd", "chpasswd", "chsh", "find", "ls",
            "export", "unset", "exit", "grep", "awk", "head", "tail", "sleep", "id", "which", "envsubst",
        ]
        // What is compiled at each start is built as well.
        let compilers: Set<String> = ["go", "cargo", "dotnet", "mvn", "mvnw", "gradle", "gradlew"]
        if let first = situation.view.commandWords.first, compilers.contains(PathText.name(first)) { return false }
        return situation.view.commands.allSatisfy { harmless.contains($0.name) }
    }
}
