import DockerfileSyntax

/// A ready-made server that is only given files: its Alpine image. What builds the files keeps its stage.
struct ServerRecipe: Recipe {
    let name = "server"
    private static let servers: Set<String> = ["nginx", "httpd", "caddy", "haproxy", "traefik"]

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let last = view.parsed.stages.count - 1
        let base = view.baseName(of: last)
        guard Self.isServer(base), !base.contains("$"), view.ancestors(of: last).isEmpty else { return [] }
        let alpine = BaseImages.alpine(of: base)
        return (alpine == [base] ? [] : [plan(alpine, situation)])
            + [plan([base], situation)].filter { $0.user != nil || $0.isWorthSameSize }
    }

    private func plan(_ bases: [String], _ situation: Situation) -> RuntimePlan {
        let view = situation.view
        let last = view.parsed.stages.count - 1
        let isAlpine = bases != [view.baseName(of: last)]
        var plan = RuntimePlan(name: isAlpine ? "server-alpine" : "server", bases: bases)
        plan.isInPlace = true
        if isAlpine {
            plan.noteBase(
                "the server needs no distribution around it: the alpine image of the same version is enough", situation)
        }
        if view.buildIndex != last, BaseImages.split(view.baseName(of: view.buildIndex)).short == "node" {
            NodePackageManager(situation).orderManifests(&plan, situation)
            DownloadCaches.add(to: &plan, situation)
        }
        plan.user = NginxAccount.user(situation)
        if plan.user != nil {
            plan.steps.append(
                situation.step(
                    "non-root-user", at: situation.fromNode,
                    "the server runs as its own account: its process number and temporary files go where that may write"
                ))
        }
        // With another account it is a better one in any case, and without that no longer.
        plan.isWorthSameSize = plan.user == nil && !plan.moves.isEmpty
        return plan
    }

    /// Whether an image is one of a server.
    static func isServer(_ base: String) -> Bool { servers.contains(BaseImages.split(base).short) }
}
