import DockerfileSyntax

/// Any image that has a slim sibling: the build stays in a stage of its own, and everything that it added is copied.
struct SiblingRecipe: Recipe {
    let name = "sibling"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard let evidence = situation.evidence, !SingleStageRecipe.buildsNothing(situation) else { return [] }
        let base = view.baseName(of: view.parsed.stages.count - 1)
        guard !base.contains("$"), base != "scratch" else { return [] }
        let bases = BaseImages.runtime(of: base)
        guard !bases.isEmpty else { return [] }
        var plans: [RuntimePlan] = []
        // Alpine has another C library: only what no compiler made runs there.
        let isCompiled = evidence.added.contains { $0.hasSuffix(".so") || $0.contains(".so.") }
        if BaseImages.split(base).short == "php", !isCompiled, BaseImages.alpine(of: base) != [base] {
            plans.append(plan("alpine", BaseImages.alpine(of: base), .alpine, situation, evidence))
        }
        plans.append(plan(BaseImages.split(bases[0]).short, bases, .debian, situation, evidence))
        return plans.filter { $0.copies.count <= Self.most }
    }

    /// More copies than this are no Dockerfile to read.
    private static let most = 60

    private func plan(
        _ variant: String, _ bases: [String], _ account: AccountSetup.Tools, _ situation: Situation,
        _ evidence: Evidence
    ) -> RuntimePlan {
        let origins = CopyOrigins(situation, evidence)
        let directory = situation.applicationDirectory
        var plan = RuntimePlan(name: "sibling-\(variant)", bases: bases)
        plan.noteBase(
            "what only the build needs stays in a stage of its own", situation)
        DependencyInstallers.leaveOutDevelopment(&plan, situation)
        plan.copies = OutsideFiles(evidence, outside: directory).copies(origins)
        if directory != "/" {
            let files = ApplicationFiles(situation, evidence: evidence, directory: directory) { entry in
                Self.buildFiles.contains(entry.name) ? .deadUnlessNamed : .unknown
            }
            plan.copies += files.copies(situation, origins)
            plan.noteDropped(files, situation)
        }
        plan.user = AccountSetup.user(situation, setup: account)
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = ["DEBIAN_FRONTEND"]
        return plan
    }

    /// Manifests that only installers read.
    private static let buildFiles: Set<String> = [
        "composer.lock", "Rakefile.lock", ".rspec", ".rubocop.yml", "phpunit.xml", "phpunit.xml.dist",
    ]
}
