/// What the Dockerfile added outside of the application's directory and no package of the distribution owns.
struct OutsideFiles: Sendable {
    /// Paths to copy: directories that the base does not have, and single files in those that it has.
    private(set) var paths: [String] = []

    /// Where package managers and compilers keep what only they read, and what every image makes anew.
    private static let dead = [
        "/var/lib/apt", "/var/lib/dpkg", "/var/cache", "/var/log", "/tmp", "/var/tmp", "/run", "/proc", "/sys", "/dev",
        "/root/.cache", "/root/.npm",
        "/root/.config", "/root/.m2", "/root/.gradle", "/root/.cargo", "/root/go", "/root/.local/share/virtualenv",
        "/root/.yarn", "/root/.node-gyp",
        "/usr/local/cargo", "/usr/local/rustup", "/usr/local/go", "/go", "/usr/local/share/man", "/usr/local/include",
        "/usr/local/lib/pkgconfig",
        "/usr/local/lib/cmake", "/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/locale",
        "/usr/share/lintian", "/etc/alternatives",
        "/etc/ld.so.cache", "/etc/apt", "/etc/ssl/certs", "/var/lib/systemd", "/etc/systemd", "/etc/pam.d", "/var/mail",
        "/var/spool/mail",
        "/usr/lib/node_modules", "/usr/local/share/.cache", "/root/.composer", "/root/.bundle",
        "/usr/local/bundle/cache",
        "/usr/local/bundle/doc", "/usr/local/bundle/build_info",
    ]
    private static let accountFiles: Set<String> = [
        "/etc/passwd", "/etc/passwd-", "/etc/group", "/etc/group-", "/etc/shadow", "/etc/shadow-", "/etc/gshadow",
        "/etc/gshadow-", "/etc/subuid",
        "/etc/subuid-", "/etc/subgid", "/etc/subgid-", "/etc/.pwd.lock", "/root/.wget-hsts", "/root/.bash_history",
        "/root/.gitconfig", "/etc/mailcap",
        "/.dockerenv", "/usr/local/.crates.toml", "/usr/local/.crates2.json", "/root/.npmrc", "/root/.pypirc",
        "/root/.netrc", "/root/.bashrc", "/root/.profile", "/root/.bash_logout",
    ]

    /// - Parameters:
    ///   - evidence: What the original's layers have.
    ///   - directory: The application's directory, which is looked at elsewhere; nil when there is none.
    ///   - excluded: Directories that the recipe brings along itself.
    init(_ evidence: Evidence, outside directory: String?, excluding excluded: [String] = []) {
        let database = DpkgDatabase(evidence.image)
        let hasInstalled = evidence.added.contains(DpkgDatabase.status)
        let owned = hasInstalled ? database.ownedPaths() : []
        var candidates: Set<String> = []
        for path in evidence.added {
            if let directory, directory != "/", PathText.isBelow(path, directory) { continue }
            if excluded.contains(where: { PathText.isBelow(path, $0) }) { continue }
            // Every account's home is like root's.
            let place = Self.asInRootsHome(path)
            if Self.accountFiles.contains(place) || Self.dead.contains(where: { PathText.isBelow(place, $0) }) {
                continue
            }
            if path.hasSuffix(".pyc") || path.hasSuffix(".a") || path.hasSuffix(".la") || path.contains("/__pycache__/")
            {
                continue
            }
            if Self.isDeadAnywhere(path), !evidence.opened(below: path) { continue }
            if owned.contains(path) || owned.contains(Self.otherSpelling(path)) { continue }
            // Packages make files of their own when they are configured: links of alternatives, caches.
            if hasInstalled, path.hasPrefix("/usr/") && !path.hasPrefix("/usr/local/") && !path.hasPrefix("/usr/src/"),
                !evidence.opened(below: path)
            {
                continue
            }
            if hasInstalled, path.hasPrefix("/etc/") || path.hasPrefix("/var/lib/"), !evidence.opened(below: path) {
                continue
            }
            candidates.insert(Self.highestNew(path, evidence.base, besides: directory))
        }
        paths = candidates.sorted()
    }

    /// A path in some account's home as it would be in root's.
    private static func asInRootsHome(_ path: String) -> String {
        guard path.hasPrefix("/home/") else { return path }
        return "/root" + path.dropFirst("/home/".count).drop { $0 != "/" }
    }

    /// Whether only installers read a file, wherever it lies.
    private static func isDeadAnywhere(_ path: String) -> Bool {
        let name = PathText.name(path)
        if name.hasPrefix("requirements"), name.hasSuffix(".txt") { return true }
        if name.hasSuffix(".whl") { return true }
        return ["package-lock.json", "poetry.lock", "Pipfile.lock", "uv.lock", "yarn.lock"].contains(name)
    }

    /// The directory nearest to the root that the base does not have and that the application is not in, or the path itself.
    private static func highestNew(_ path: String, _ base: RootView, besides application: String?) -> String {
        var at = path
        while true {
            let parent = PathText.parent(at)
            if parent == "/" || base.kind(parent) != nil { return at }
            if let application, PathText.isBelow(application, parent) { return at }
            at = parent
        }
    }

    /// The path without the `/usr` that merged directories have in front, or with it.
    private static func otherSpelling(_ path: String) -> String {
        path.hasPrefix("/usr/") ? String(path.dropFirst(4)) : "/usr" + path
    }

    /// COPY instructions that keep every path where it is, from where it was made.
    func copies(_ origins: CopyOrigins) -> [String] { paths.map { origins.line($0) } }
}
