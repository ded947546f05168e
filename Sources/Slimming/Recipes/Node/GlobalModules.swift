/// Packages that npm installed or linked for the whole image, as far as they were used.
struct GlobalModules: Sendable {
    private static let directory = "/usr/local/lib/node_modules"
    private static let own: Set<String> = ["npm", "corepack", "yarn", "pnpm"]

    /// Directories below npm's own that have to be copied.
    private(set) var directories: [String] = []
    /// The programs: links in `/usr/local/bin`, and the files that they lead to.
    private(set) var links: [(path: String, target: String)] = []

    init(_ evidence: Evidence) {
        for path in evidence.added.sorted() where PathText.parent(path) == "/usr/local/bin" {
            let target = evidence.image.resolved(path)
            guard target != path, evidence.opened(below: target) else { continue }
            let module = String(target.dropFirst(Self.directory.count + 1).prefix { $0 != "/" })
            if PathText.isBelow(target, Self.directory) {
                guard !Self.own.contains(module) else { continue }
                let scope = target.split(separator: "/").dropFirst(4).prefix(2).joined(separator: "/")
                let place = Self.directory + "/" + (module.hasPrefix("@") ? scope : module)
                if !directories.contains(place) { directories.append(place) }
            }
            links.append((path, target))
        }
    }

    /// Adds them to a plan whose base has a shell.
    func add(to plan: inout RuntimePlan, _ view: StageView) {
        guard !links.isEmpty else { return }
        let build = Composer.buildName(view)
        plan.copies += directories.map { "COPY --from=\(build) \($0) \($0)" }
        plan.setup.append("RUN " + links.map { "ln -s \($0.target) \($0.path)" }.joined(separator: " && "))
    }
}
