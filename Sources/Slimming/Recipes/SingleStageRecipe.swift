import DockerfileSyntax

/// Nothing is built: no second stage, but a smaller base of the same kind, and no more packages than were asked for.
struct SingleStageRecipe: Recipe {
    let name = "single-stage"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard case .single = view.shape, view.parsed.stages.count == 1 else { return [] }
        guard Self.buildsNothing(situation) else { return [] }
        let base = view.baseName(of: view.buildIndex)
        guard !base.contains("$"), base != "scratch" else { return [] }
        var plans: [RuntimePlan] = []
        // Scripts of Node do not care about the C library; those of a shell do care about the tools.
        if BaseImages.split(base).short == "node", BaseImages.alpine(of: base) != [base],
            view.commandWords.first == "node"
        {
            plans.append(plan("alpine", BaseImages.alpine(of: base), situation))
        }
        let slim = BaseImages.slim(of: base)
        let bases = slim == [base] ? slim : slim + [base]
        plans.append(plan("slim", bases, situation))
        var kept = plan("slim", bases, situation)
        kept.name += "-recommended"
        kept.keepsRecommended = true
        if situation.view.commands.contains(where: { ["apt-get", "apt"].contains($0.name) }) { plans.append(kept) }
        return plans
    }

    private func plan(_ variant: String, _ bases: [String], _ situation: Situation) -> RuntimePlan {
        var plan = RuntimePlan(name: "single-stage-\(variant)", bases: bases)
        plan.isInPlace = true
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "nothing is compiled here: the \(variant) image of the same version is enough"))
        let isNode = bases.first?.contains("node:") ?? false
        plan.user = AccountSetup.user(
            situation, setup: AccountSetup.debian, existing: isNode ? ("node", "1000:1000") : nil)
        plan.noteAccount(situation)
        CommandForm.makeExec(&plan, situation)
        return plan
    }

    /// Whether steps of the build stage make something out of something else.
    static func buildsNothing(_ situation: Situation) -> Bool {
        let harmless: Set<String> = [
            "apt-get", "apt", "apk", "mkdir", "chmod", "chown", "rm", "ln", "cp", "mv", "echo", "printf", "useradd",
            "groupadd", "adduser", "addgroup", "true", "set",
            "touch", "sed", "install", "cd", "cat", "tee", "test", "[", "crontab", "ldconfig", "update-ca-certificates",
            "locale-gen", "usermod",
        ]
        return situation.view.commands.allSatisfy { harmless.contains($0.name) }
    }
}
