import OCI

/// A directory that a package manager or compiler keeps for next time, which an image never has.
public struct CachePlace: Sendable, Hashable {
    /// Whose it is: `apt's package lists`.
    public let owner: String
    /// The end of the directory's path; from the root when it begins with a slash.
    public let path: String
    /// What to do about it.
    public let advice: String

    /// All known places.
    public static let all: [CachePlace] = [
        .init(
            "apt's package lists", "/var/lib/apt/lists",
            "end the RUN with rm -rf /var/lib/apt/lists/*, or mount a cache there"),
        .init("apt's downloads", "/var/cache/apt", "end the RUN with apt-get clean, or mount a cache there"),
        .init("apk's cache", "/var/cache/apk", "use apk add --no-cache"),
        .init("apk's cache", "/etc/apk/cache", "use apk add --no-cache"),
        .init("dnf's cache", "/var/cache/dnf", "end the RUN with dnf clean all"),
        .init("dnf's cache", "/var/cache/libdnf5", "end the RUN with dnf clean all"),
        .init("yum's cache", "/var/cache/yum", "end the RUN with yum clean all"),
        .init("zypper's cache", "/var/cache/zypp", "end the RUN with zypper clean --all"),
        .init("pacman's downloads", "/var/cache/pacman/pkg", "end the RUN with pacman -Scc --noconfirm"),
        .init(
            "pip's cache", ".cache/pip",
            "use pip install --no-cache-dir, or RUN --mount=type=cache,target=/root/.cache/pip"),
        .init("uv's cache", ".cache/uv", "use uv --no-cache, or RUN --mount=type=cache,target=/root/.cache/uv"),
        .init("Poetry's cache", ".cache/pypoetry", "use poetry install --no-cache, or mount a cache there"),
        .init("conda's downloads", "conda/pkgs", "end the RUN with conda clean --all --yes"),
        .init(
            "npm's cache", ".npm/_cacache", "end the RUN with npm cache clean --force, or mount a cache at /root/.npm"),
        .init("Yarn's cache", ".cache/yarn", "end the RUN with yarn cache clean, or mount a cache there"),
        .init("pnpm's store", ".local/share/pnpm/store", "mount a cache there"),
        .init("node-gyp's headers", ".cache/node-gyp", "remove it in the same RUN, or mount a cache there"),
        .init(
            "Go's build cache", ".cache/go-build",
            "RUN --mount=type=cache,target=/root/.cache/go-build, or build in a stage of its own"),
        .init(
            "Go's modules", "go/pkg/mod", "RUN --mount=type=cache,target=/go/pkg/mod, or build in a stage of its own"),
        .init("Cargo's registry", "cargo/registry", "mount a cache there, or build in a stage of its own"),
        .init("Cargo's registry", ".cargo/registry", "mount a cache there, or build in a stage of its own"),
        .init(
            "Maven's repository", ".m2/repository",
            "RUN --mount=type=cache,target=/root/.m2, or build in a stage of its own"),
        .init(
            "Gradle's cache", ".gradle/caches",
            "RUN --mount=type=cache,target=/root/.gradle, or build in a stage of its own"),
        .init("Composer's cache", ".composer/cache", "RUN --mount=type=cache,target=/root/.composer/cache"),
        .init("Composer's cache", ".cache/composer", "RUN --mount=type=cache,target=/root/.cache/composer"),
        .init("Bundler's cache", ".bundle/cache", "remove it in the same RUN"),
        .init("NuGet's packages", ".nuget/packages", "build in a stage of its own"),
        .init("a git repository", ".git", "add .git to .dockerignore"),
    ]

    private init(_ owner: String, _ path: String, _ advice: String) {
        self.owner = owner
        self.path = path
        self.advice = advice
    }

    /// The components of the path, the last first.
    var components: [[UInt8]] { path.utf8.split(separator: RootedPath.slash).reversed().map { Array($0) } }
    var isAnchored: Bool { path.hasPrefix("/") }
}

/// Which place of ``CachePlace/all`` each path of a ledger is in.
struct CacheMarks {
    /// By node; -1 for none.
    private var marks: [Int8]

    init(_ ledger: Ledger) {
        let tree = ledger.tree
        marks = [Int8](repeating: -1, count: tree.count)
        var places: [[UInt8]: [(place: Int8, rest: [[UInt8]], isAnchored: Bool)]] = [:]
        for (number, place) in CachePlace.all.enumerated() {
            let components = place.components
            places[components[0], default: []].append((Int8(number), Array(components.dropFirst()), place.isAnchored))
        }
        // A parent has a smaller number than its children.
        for node in 1..<max(1, tree.count) {
            let parent = tree.parent(of: Int32(node))
            marks[node] = marks[Int(parent)]
            guard marks[node] < 0, let candidates = places[Array(tree.name(of: Int32(node)))] else { continue }
            for candidate in candidates {
                var above = parent
                let fits = candidate.rest.allSatisfy { part in
                    defer { above = max(0, tree.parent(of: above)) }
                    return above > 0 && tree.name(of: above).elementsEqual(part)
                }
                if fits, !candidate.isAnchored || above == PathTree.root { marks[node] = candidate.place }
            }
        }
    }

    func place(of version: FileVersion) -> CachePlace? {
        let mark = marks[Int(version.node)]
        return mark < 0 ? nil : CachePlace.all[Int(mark)]
    }

    func suggestions(_ ledger: Ledger) -> [Suggestion] {
        struct Key: Hashable {
            var layer: Int32
            var owner: CachePlace
        }
        var groups: [Key: (saves: Int64, files: Int, directory: PathTree.Node)] = [:]
        for version in ledger.versions where version.state == .live && ledger.isEditable(version.layer) {
            // The directories stay, or the package manager makes them again.
            guard version.kind != .directory, let place = place(of: version) else { continue }
            let key = Key(layer: version.layer, owner: place)
            var group = groups[key] ?? (0, 0, directory(of: version, ledger.tree))
            group.saves += version.stored
            group.files += 1
            groups[key] = group
        }
        return groups.map { key, group in
            Suggestion(
                kind: .cache, saves: group.saves, layer: Int(key.layer), otherLayer: nil, files: group.files,
                paths: [ledger.tree.path(of: group.directory)], cache: key.owner)
        }
    }

    /// The directory that is the place.
    private func directory(of version: FileVersion, _ tree: PathTree) -> PathTree.Node {
        var node = version.node
        while node > 0, marks[Int(tree.parent(of: node))] >= 0 { node = tree.parent(of: node) }
        return node
    }
}
