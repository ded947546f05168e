/// What programs and libraries are linked with, as the dynamic loader finds it.
enum LinkedLibraries {
    private static let directories = [
        "/usr/local/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu", "/lib", "/usr/lib",
    ]

    /// The libraries that these files need, and those that they need in turn: under the names that are asked for, and with
    /// links followed.
    static func of(_ files: Set<String>, in image: RootView) -> Set<String> {
        var pending = files
        var found: Set<String> = []
        var seen: Set<String> = []
        while let path = pending.popFirst() {
            guard seen.count < 20_000, seen.insert(path).inserted,
                let file = ELFFile(path: image.directory + path)
            else { continue }
            for name in file.needed {
                let own = file.searchPaths.map { $0.replacingOrigin(PathText.parent(path)) }
                guard
                    let library = (own + directories).map({ PathText.join($0, name) }).first(where: {
                        image.kind($0) == .file
                    })
                else { continue }
                found.insert(library)
                let resolved = image.resolved(library)
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
