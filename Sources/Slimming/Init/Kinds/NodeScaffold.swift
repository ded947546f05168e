/// Node with npm, yarn or pnpm.
enum NodeScaffold {
    static let kind = ScaffoldKind(marks: ["package.json"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard let text = project.text("package.json") else { return nil }
        let package = PackageManifest(text)
        let install: String
        if project.has("yarn.lock") {
            install = "yarn install --frozen-lockfile"
        } else if project.has("pnpm-lock.yaml") {
            install = "corepack enable && pnpm install --frozen-lockfile"
        } else if project.has("package-lock.json") {
            install = "npm ci"
        } else {
            install = "npm install"
        }
        let main =
            package.main
            ?? ["server.js", "index.js", "app.js", "src/index.js", "src/server.js"].first(where: project.has)
        let start: [String]
        let output = FrontEnd.output(project, package)
        var site: String?
        // What a project says of production is what an image is for.
        if package.scripts["start:prod"] != nil {
            start = ["npm", "run", "start:prod"]
        } else if let script = package.scripts["start"], output == nil || !FrontEnd.isDevelopmentServer(script) {
            start = ["npm", "start"]
        } else if let main {
            start = ["node", main]
        } else if let output {
            start = []
            site = output
        } else {
            throw SlimmingError.incompleteProject(
                kind: "Node",
                reason: "package.json has neither a start script nor main, and there is no server.js or index.js")
        }
        let version = project.text(".nvmrc")?.drop { $0 == "v" }.prefix { $0.isNumber }
        let build = package.scripts["build"] == nil ? "" : "RUN npm run build\n"
        return Scaffold(
            kind: "node",
            stage: site == nil ? nil : FrontEnd.stage,
            bases: (version.map { $0.isEmpty ? [] : ["node:\($0)"] } ?? []) + ["node:22", "node:20", "node:latest"],
            body: "WORKDIR /app\nCOPY . .\nRUN \(install)\n\(build)"
                + (site.map(FrontEnd.server) ?? ScaffoldKind.command(start)))
    }
}
