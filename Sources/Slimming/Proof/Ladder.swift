/// The order in which ways are tried: each plan, then without its account, before a safer plan.
enum Ladder {
    /// The plans with the steps back between them.
    static func rungs(_ plans: [RuntimePlan]) -> [RuntimePlan] {
        plans.flatMap { plan -> [RuntimePlan] in
            guard let user = plan.user, !user.isOriginal else { return [plan] }
            var root = plan
            root.user = nil
            root.steps.removeAll { $0.id == "non-root-user" }
            return [plan, root]
        }
    }
}
