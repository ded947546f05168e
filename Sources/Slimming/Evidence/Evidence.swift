import OCI
import Running

/// What building and running the original has shown.
struct Evidence: Sendable {
    /// What its command did under the smoke test.
    var observation: Observation
    /// The image's files.
    var image: RootView
    /// The files of the image it is based on.
    var base: RootView
    /// Its configuration, and that of its base.
    var config: ContainerConfig
    var baseConfig: ContainerConfig
    /// Files that the Dockerfile added to the base, or changed.
    var added: Set<String>

    /// Whether something at or below the path was opened.
    func opened(below path: String) -> Bool {
        if openedPrefixes.contains(path) { return true }
        let resolved = image.resolved(path)
        return resolved != path && openedPrefixes.contains(resolved)
    }

    /// Every opened path with all directories above it.
    private let openedPrefixes: Set<String>

    init(
        observation: Observation, image: RootView, base: RootView, config: ContainerConfig,
        baseConfig: ContainerConfig, added: Set<String>
    ) {
        self.observation = observation
        self.image = image
        self.base = base
        self.config = config
        self.baseConfig = baseConfig
        self.added = added
        var prefixes: Set<String> = []
        for path in observation.opened {
            var at = path
            while at != "/", prefixes.insert(at).inserted { at = PathText.parent(at) }
        }
        openedPrefixes = prefixes
        let started = observation.programs.filter { path in
            let name = PathText.name(path)
            return !["ld-linux", "ld-musl", "ld.so", "ld-2"].contains { name.hasPrefix($0) }
        }
        let path = config.env.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
        programs = started.union(
            NamedPrograms.find(
                image, config: config, observation: .init(opened: observation.opened), added: added,
                directory: config.workingDir.isEmpty ? "/" : config.workingDir,
                path: path ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
    }

    /// The programs that were started, or that the image names; the loader that the kernel starts with each is left out.
    let programs: Set<String>

    /// The value of a variable in the image.
    func variable(_ name: String) -> String? {
        config.env.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// Where programs are looked for.
    var path: String { variable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }

    /// Directories in which the application made or changed files, as far as somebody else than root would need leave for
    /// it. What programs only write when they can (byte code, logs of package managers) does not count.
    ///
    /// Volumes are among them: what was written there is not seen, and they are for writing.
    var writtenDirectories: [String] {
        let written = observation.written
        var parents: Set<String> = []
        for path in written { parents.insert(PathText.parent(path)) }
        var found = config.volumes.filter { $0.hasPrefix("/") && !$0.contains(" ") }
        for path in written where !parents.contains(path) {
            // Mounts over files of /etc leave a trace of the directory alone.
            if path == "/etc" { continue }
            // So do volumes.
            if config.volumes.contains(where: { PathText.isBelow(path, PathText.join("/", $0)) }) { continue }
            if path.contains("/__pycache__") || path.contains("/.npm/") || path.hasSuffix(".pyc")
                || path.contains("/.venv")
            {
                continue
            }
            if Self.writableAnyway.contains(where: { PathText.isBelow(path, $0) }) { continue }
            var directory = PathText.parent(path)
            if image.kind(path) == .directory { directory = path }
            while directory != "/", image.kind(directory) == nil { directory = PathText.parent(directory) }
            if directory != "/" { found.insert(directory) }
        }
        return found.sorted()
    }

    private static let writableAnyway = [
        "/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run", "/root", "/etc/hosts", "/etc/resolv.conf",
    ]
}
