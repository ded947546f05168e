/// The distribution's packages that the application needs beside those of its new base.
enum RuntimePackages {
    /// Names of packages, sorted.
    ///
    /// Needed is what owns a library that was loaded or that a library or program added by the Dockerfile is linked with,
    /// and what owns a program that was started. What the Dockerfile installs by name stays unless it is there for building.
    static func missing(_ situation: Situation, _ evidence: Evidence, target: RootView) -> [String] {
        let database = DpkgDatabase(evidence.image)
        let there = DpkgDatabase(target).packages
        var files = Set(evidence.programs)
        let directories = ["/usr/lib/", "/lib/", "/usr/libexec/", "/usr/share/"]
        files.formUnion(evidence.observation.opened.filter { path in directories.contains { path.hasPrefix($0) } })
        files.formUnion(linked(evidence))
        // What the new base has as a file needs no package of its own.
        files = files.filter { target.kind($0) == nil && !$0.hasPrefix("/usr/share/zoneinfo") }
        var packages = Set(database.owners(of: files).values)
        packages = packages.filter { !$0.hasSuffix("-dev") && !SystemPackages.isForBuilding($0) }
        for name in situation.view.commands.flatMap(SystemPackages.names) where !SystemPackages.isForBuilding(name) {
            if database.packages.contains(name) { packages.insert(name) }
        }
        for program in evidence.programs where target.kind(program) == nil {
            if let owner = database.owners(of: [program])[program] { packages.insert(owner) }
        }
        return packages.subtracting(there).sorted()
    }

    /// Libraries that programs and libraries of the Dockerfile's own layers are linked with, and theirs.
    private static func linked(_ evidence: Evidence) -> Set<String> {
        let directories = [
            "/usr/local/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu", "/lib", "/usr/lib",
        ]
        var pending = evidence.added.filter { path in
            (path.contains("/site-packages/") || path.contains("/node_modules/") || path.hasPrefix("/usr/local/")
                || path.hasPrefix("/app") || path.hasPrefix("/srv") || path.hasPrefix("/opt/"))
                && (path.contains(".so") || path.hasSuffix(".node") || path.contains("/bin/"))
        }
        var found: Set<String> = []
        var seen: Set<String> = []
        while let path = pending.popFirst() {
            guard seen.count < 20_000, seen.insert(path).inserted,
                let file = ELFFile(path: evidence.image.directory + path)
            else { continue }
            for name in file.needed {
                let own = file.searchPaths.map { $0.replacingOrigin(PathText.parent(path)) }
                guard
                    let library = (own + directories).map({ PathText.join($0, name) }).first(where: {
                        evidence.image.kind($0) == .file
                    })
                else { continue }
                found.insert(library)
                let resolved = evidence.image.resolved(library)
                found.insert(resolved)
                pending.insert(resolved)
            }
        }
        return found
    }
}

extension String {
    /// With `$ORIGIN` at the front of a search path replaced.
    fileprivate func replacingOrigin(_ directory: String) -> String {
        for name in ["$ORIGIN", "${ORIGIN}"] where hasPrefix(name) { return directory + dropFirst(name.count) }
        return self
    }
}
