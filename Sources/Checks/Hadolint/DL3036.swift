import DockerfileSyntax

extension Rule {
    /// zypper's cache left behind.
    static let dl3036 = Rule.hadolint(
        "DL3036", "zypper-clean", .warning, "zypper clean is missing after zypper install",
        Documentation(
            """
            `zypper` keeps the repositories' metadata in `/var/cache/zypp`. It must go in the same `RUN`; a later one leaves it in the layer \
            below. A cache mount does as well.
            """,
            bad: """
                FROM opensuse/leap:15.6
                RUN zypper -n install httpd=2.4.6
                """,
            good: """
                FROM opensuse/leap:15.6
                RUN zypper -n install httpd=2.4.6 && zypper clean
                """,
            declaredChange: "The package manager's cache, /var/cache/zypp, is not in the image.",
            declares: Declaration(paths: ["/var/cache/zypp"]))
    ) { context in
        CacheCleaning.matches(
            context, programs: ["zypper"], except: { $0.mountsCache(at: "/var/cache/zypp") },
            installs: { $0.has("zypper", "install", "in") }, cleans: { $0.has("zypper", "clean", "cc") },
            command: "zypper clean", places: ["/var/cache/zypp"])
    }
}
