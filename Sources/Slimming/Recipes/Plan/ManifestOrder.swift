import DockerfileSyntax

/// Copies what an installation reads before the sources, so that a change of the sources does not install everything anew.
struct ManifestOrder: Sendable {
    /// The copy of the whole project that stands in front of the installation.
    let whole: Int
    /// Where that copy puts the project, as an absolute path.
    let directory: String
    /// The working directory of the installation.
    let workingDirectory: String
    private let destination: String
    private let flags: [String]

    /// Finds the copy that an installation waits for.
    ///
    /// - Returns: nil when there is none, or when a step between the two may need the sources.
    init?(_ view: StageView, install: Int, start: String = "/") {
        var found: (node: Int, paths: SourcesAndDestination, directory: String)?
        var place = view.place(start: start)
        for instruction in view.buildInstructions {
            guard let node = instruction.nodeIndex, node < install else { continue }
            place.follow(instruction)
            switch instruction.kind {
            case .workdir:
                // A relative destination would mean another directory behind this.
                if let earlier = found, !earlier.paths.destination.hasPrefix("/") { found = nil }
            case .copy, .add:
                found = instruction.wholeContext.flatMap { paths in
                    paths.sources.count == 1 && paths.inlineFiles.isEmpty
                        ? (node, paths, place.path(paths.destination)) : nil
                }
            case .run(let run):
                let script = ShellScript(run.command.words.joined(separator: " "))
                if !run.command.files.isEmpty || !script.commands.allSatisfy(Self.needsNoSources) { found = nil }
            default: break
            }
        }
        guard let found, !found.paths.destination.contains("$") else { return nil }
        whole = found.node
        directory = found.directory
        workingDirectory = place.directory
        destination = found.paths.destination
        flags = view.dockerfile.nodes[found.node].flags.map { view.dockerfile.source.text(in: $0.range) }
    }

    /// Whether a command has nothing to do with the project: it prepares the system or the package manager.
    static func needsNoSources(_ command: ShellScript.Command) -> Bool {
        let arguments = command.arguments
        switch command.name {
        case "apt-get", "apt", "apk", "groupadd", "useradd", "addgroup", "adduser", "corepack", "true", "set":
            return !arguments.contains { $0.hasPrefix(".") }
        case "rm": return arguments.allSatisfy { $0.hasPrefix("-") || $0.hasPrefix("/var/") || $0.hasPrefix("/tmp/") }
        case "npm", "pnpm", "yarn":
            if arguments.contains("-g") || arguments.contains("--global") || arguments.first == "global" { return true }
            return arguments.first == "config"
        case "poetry", "pipenv", "uv", "pdm": return arguments.first == "config" || arguments.first == "--version"
        case let name where name.hasPrefix("pip"): return PythonManifests.installsOnlyNames(arguments)
        case let name where name.hasPrefix("python"):
            return arguments.starts(with: ["-m", "pip"])
                && PythonManifests.installsOnlyNames(Array(arguments.dropFirst(2)))
        default: return false
        }
    }

    /// The path below the project of something that the installation names; nil when it is not in it, or is all of it.
    func path(_ name: String) -> String? {
        let absolute = PathText.join(workingDirectory, name)
        guard absolute != directory, PathText.isBelow(absolute, directory) else { return nil }
        return String(absolute.dropFirst(directory == "/" ? 1 : directory.count + 1))
    }

    /// Copies the named files and directories in place of the whole project, which follows behind the installation.
    ///
    /// - Parameter rest: What of the installing instruction needs the sources, as an instruction of its own.
    func apply(
        _ plan: inout RuntimePlan, _ situation: Situation, paths: Set<String>, behind install: Int,
        rest: String? = nil
    ) {
        let project = situation.project
        let directories = paths.filter { project[$0]?.isDirectory == true }
        let files = paths.subtracting(directories).filter { file in
            !directories.contains { file.hasPrefix($0 + "/") }
        }
        let copy = (["COPY"] + flags).joined(separator: " ")
        var target = destination == "." ? "./" : destination
        if !target.hasSuffix("/") { target += "/" }
        let groups = Dictionary(grouping: files) { String($0.dropLast(PathText.name($0).count)) }
        var lines: [String] = []
        for (parent, names) in groups.sorted(by: { $0.key < $1.key }) {
            lines.append("\(copy) \(names.sorted().joined(separator: " ")) \(target)\(parent)")
        }
        for name in directories.sorted() { lines.append("\(copy) \(name)/ \(target)\(name)/") }
        plan.insertions[whole, default: []] += lines
        plan.moves.append((node: whole, behind: install))
        if let rest { plan.additions[install, default: []].append(rest) }
        plan.steps.append(
            situation.step(
                "manifests-first", at: whole, "a change of the sources no longer installs all dependencies anew"))
    }
}
