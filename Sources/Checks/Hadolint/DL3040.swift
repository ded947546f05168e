import DockerfileSyntax

extension Rule {
    /// dnf's cache left behind.
    static let dl3040 = Rule.hadolint(
        "DL3040", "dnf-clean-all", .warning, "dnf clean all is missing after dnf install",
        Documentation(
            """
            `dnf` keeps the repositories' metadata and what it downloaded below `/var/cache`. It must go in the same `RUN`; a later one \
            leaves it in the layer below. A cache mount does as well.
            """,
            bad: """
                FROM fedora:40
                RUN dnf install -y httpd-2.4.6
                """,
            good: """
                FROM fedora:40
                RUN dnf install -y httpd-2.4.6 && dnf clean all
                """,
            declaredChange: "The package manager's cache below /var/cache is not in the image.",
            declares: Declaration(paths: places))
    ) { context in
        var seen: Set<SourceRange> = []
        return ["dnf", "microdnf"].flatMap { name in
            CacheCleaning.matches(
                context, programs: [name],
                except: { $0.mountsCache(at: "/var/cache/libdnf5") || $0.mountsCache(at: ".cache/libdnf5") },
                installs: { command in
                    command.name == name && command.arguments.contains { installations.contains($0.text) }
                },
                cleans: { $0.has(name, "clean", "all") || $0.has("rm", "-rf", "/var/cache/libdnf5*") },
                command: "\(name) clean all", places: places)
        }.filter { seen.insert($0.range).inserted }
    }

    private static let places = ["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"]

    private static let installations: Set<String> = [
        "install", "in", "upgrade", "up", "upgrade-minimal", "up-min", "reinstall", "rei",
    ]
}
