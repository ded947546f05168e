/// Which of a Debian image's packages are installed, and which files are theirs.
struct DpkgDatabase: Sendable {
    /// Where it keeps which packages are installed.
    static let status = "/var/lib/dpkg/status"

    /// Names of the installed packages.
    let packages: Set<String>
    private let root: RootView
    /// What each of them depends on, by name.
    private let dependencies: [String: Set<String>]

    /// Whether an image has one.
    static func exists(in root: RootView) -> Bool { root.kind(status) == .file }

    /// Reads an image's data base; empty when there is none.
    init(_ root: RootView) {
        self.root = root
        var packages: Set<String> = []
        var dependencies: [String: Set<String>] = [:]
        var name = ""
        for line in (root.text(Self.status, limit: 64 << 20) ?? "").split(separator: "\n") {
            if line.hasPrefix("Package: ") {
                name = String(line.dropFirst("Package: ".count))
            } else if line.hasPrefix("Status: "), line.hasSuffix(" installed") {
                packages.insert(name)
            } else if line.hasPrefix("Depends: ") || line.hasPrefix("Pre-Depends: ") {
                let list = line.drop { $0 != ":" }.dropFirst()
                for alternative in list.split(whereSeparator: { $0 == "," || $0 == "|" }) {
                    let package = alternative.drop { $0 == " " }.prefix { $0 != " " && $0 != ":" && $0 != "(" }
                    dependencies[name, default: []].insert(String(package))
                }
            }
        }
        self.packages = packages
        self.dependencies = dependencies
    }

    /// Those of the packages that no other of them brings along.
    func independent(_ chosen: Set<String>) -> Set<String> {
        var kept = chosen
        for package in chosen.sorted() where kept.contains(package) {
            var pending = dependencies[package] ?? []
            var seen: Set<String> = [package]
            while let next = pending.popFirst() {
                guard seen.insert(next).inserted, packages.contains(next) else { continue }
                kept.remove(next)
                pending.formUnion(dependencies[next] ?? [])
            }
        }
        return kept
    }

    /// The owner of each of the files that has one. Files are looked for as they are and without the links of `/lib` and
    /// `/bin` to `/usr`.
    func owners(of files: Set<String>) -> [String: String] {
        var owners: [String: String] = [:]
        var spellings: [String: String] = [:]
        for file in files {
            spellings[file] = file
            if file.hasPrefix("/usr/") {
                spellings[String(file.dropFirst(4))] = file
            } else {
                spellings["/usr" + file] = file
            }
        }
        for name in root.names("/var/lib/dpkg/info") where name.hasSuffix(".list") {
            let package = name.dropLast(".list".count).split(separator: ":").first.map(String.init) ?? ""
            guard packages.contains(package) else { continue }
            for line in (root.text("/var/lib/dpkg/info/" + name) ?? "").split(separator: "\n") {
                if let file = spellings[String(line)] { owners[file] = package }
            }
        }
        return owners
    }

    /// Every path that a package owns.
    func ownedPaths() -> Set<String> {
        var owned: Set<String> = []
        for name in root.names("/var/lib/dpkg/info") where name.hasSuffix(".list") {
            for line in (root.text("/var/lib/dpkg/info/" + name) ?? "").split(separator: "\n") {
                owned.insert(String(line))
            }
        }
        return owned
    }
}
