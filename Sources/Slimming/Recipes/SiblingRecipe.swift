import DockerfileSyntax

/// Any image that has a slim sibling: the build stays in a stage of its own, and everything that it added is copied.
struct SiblingRecipe: Recipe {
    let name = "sibling"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard case .single = view.shape, let evidence = situation.evidence,
            !SingleStageRecipe.buildsNothing(situation)
        else { return [] }
        let base = view.baseName(of: view.buildIndex)
        guard !base.contains("$"), base != "scratch" else { return [] }
        let bases = BaseImages.runtime(of: base)
        guard !bases.isEmpty, bases.first != base || bases.count > 1 else { return [] }
        let build = Composer.buildName(view)
        let directory = situation.applicationDirectory
        var plan = RuntimePlan(name: "sibling-\(BaseImages.split(bases[0]).short)", bases: bases)
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode, "what only the build needs stays in a stage of its own"))
        let outside = OutsideFiles(evidence, outside: directory)
        guard !outside.isTooMuch else { return [] }
        plan.copies = outside.copies(from: build)
        if directory != "/" {
            let files = ApplicationFiles(situation, evidence: evidence, directory: directory) { entry in
                Self.buildFiles.contains(entry.name) ? .deadUnlessNamed : .unknown
            }
            plan.copies += files.copies(
                from: build, source: directory, owner: nil,
                into: directory == situation.workingDirectory ? "./" : directory + "/")
            plan.noteDropped(files, situation)
        }
        plan.user = AccountSetup.user(situation, setup: AccountSetup.debian)
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = ["DEBIAN_FRONTEND"]
        return [plan]
    }

    /// Manifests that only installers read.
    private static let buildFiles: Set<String> = [
        "composer.lock", "Rakefile.lock", ".rspec", ".rubocop.yml", "phpunit.xml", "phpunit.xml.dist",
    ]
}
