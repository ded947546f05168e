import DockerfileSyntax

/// A ready-made server that is only given files: its Alpine image. What builds the files keeps its stage.
struct ServerRecipe: Recipe {
    let name = "server"
    private static let servers: Set<String> = ["nginx", "httpd", "caddy", "haproxy", "traefik"]

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        let last = view.parsed.stages.count - 1
        let base = view.baseName(of: last)
        let bases = BaseImages.alpine(of: base)
        guard Self.isServer(base), bases != [base], view.ancestors(of: last).isEmpty else { return [] }
        var plan = RuntimePlan(name: "server-alpine", bases: bases)
        plan.isInPlace = true
        plan.steps.append(
            situation.step(
                "runtime-base", at: situation.fromNode,
                "the server needs no distribution around it: the alpine image of the same version is enough"))
        if view.buildIndex != last, BaseImages.split(view.baseName(of: view.buildIndex)).short == "node" {
            NodePackageManager(situation).orderManifests(&plan, situation)
            DownloadCaches.add(to: &plan, situation)
        }
        return [plan]
    }

    /// Whether an image is one of a server.
    static func isServer(_ base: String) -> Bool { servers.contains(BaseImages.split(base).short) }
}
