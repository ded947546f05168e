/// The distribution's packages that the application needs beside those of its new base.
enum RuntimePackages {
    /// Names of packages, sorted.
    ///
    /// Needed is what owns a library that was loaded or that a library or program added by the Dockerfile is linked with,
    /// and what owns a program that was started. What the Dockerfile installs by name stays unless it is there for building.
    ///
    /// - Parameter provided: Directories whose files come in another form.
    static func missing(_ situation: Situation, _ evidence: Evidence, target: RootView, provided: [String] = [])
        -> [String]
    {
        let database = DpkgDatabase(evidence.image)
        let there = DpkgDatabase(target).packages
        func isProvided(_ path: String) -> Bool {
            let path = provided.isEmpty ? path : evidence.image.resolved(path)
            return provided.contains { PathText.isBelow(path, $0) }
        }
        let programs = evidence.programs.filter { !isProvided($0) }
        var files = Set(programs)
        let directories = ["/usr/lib/", "/lib/", "/usr/libexec/", "/usr/share/"]
        files.formUnion(evidence.observation.opened.filter { path in directories.contains { path.hasPrefix($0) } })
        files.formUnion(linked(evidence))
        files = files.filter { !isProvided($0) }
        // What the new base has as a file needs no package of its own.
        files = files.filter { target.kind($0) == nil && !$0.hasPrefix("/usr/share/zoneinfo") }
        var packages = Set(database.owners(of: files).values)
        packages = packages.filter { !$0.hasSuffix("-dev") && !SystemPackages.isForBuilding($0) }
        // Beside Node, Python is there for the compilation of addons.
        let isNode = BaseImages.split(situation.view.baseName(of: situation.view.buildIndex)).short == "node"
        let replaced = provided.isEmpty ? [] : ["openjdk-", "default-jre", "default-jdk"]
        for name in situation.view.commands.flatMap(SystemPackages.names)
        where !SystemPackages.isForBuilding(name) && !replaced.contains(where: name.hasPrefix) {
            if isNode, name == "python3" || name == "python" { continue }
            if database.packages.contains(name) { packages.insert(name) }
        }
        for program in programs where target.kind(program) == nil {
            if let owner = database.owners(of: [program])[program] { packages.insert(owner) }
        }
        return database.independent(packages.subtracting(there)).sorted()
    }

    /// Libraries that programs and libraries of the Dockerfile's own layers are linked with, and theirs.
    private static func linked(_ evidence: Evidence) -> Set<String> {
        let own = evidence.added.filter { path in
            (path.contains("/site-packages/") || path.contains("/node_modules/") || path.hasPrefix("/usr/local/")
                || path.hasPrefix("/app") || path.hasPrefix("/srv") || path.hasPrefix("/opt/"))
                && (path.contains(".so") || path.hasSuffix(".node") || path.contains("/bin/"))
        }
        return LinkedLibraries.of(own, in: evidence.image)
    }
}
