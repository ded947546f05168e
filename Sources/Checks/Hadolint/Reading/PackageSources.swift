import DockerfileSyntax

/// Whether a command installs from the package sources that its base image has.
enum PackageSources {
    /// What in an instruction, or in one in front of it, says that packages come from somewhere else, or that another
    /// version than the newest is wanted. Said too often, it costs a pin; said too seldom, a pin would be wrong.
    private static let signs: [PackageManager: [String]] = [
        .apt: [
            "/etc/apt", "sources.list", "add-apt-repository", "extrepo", "--target-release", "--default-release",
            "Default-Release", "dpkg -i",
        ],
        .apk: ["/etc/apk", "--repositor"],
        .dnf: rpm, .yum: rpm, .microdnf: rpm,
        .zypper: ["/etc/zypp", "zypper ar", "addrepo", "zypper mr", "modifyrepo", "--from", "--repo"],
        .pip: [
            "index-url", "find-links", "--pre", "constraint", "pip.conf", "pip config",
            "PIP_INDEX", "PIP_EXTRA", "PIP_FIND", "PIP_PRE", "PIP_CONFIG", "PIP_CONSTRAINT",
        ],
        .npm: ["registry", ".npmrc", "npm config", "npm set", "npm_config", "NPM_CONFIG", "--tag"],
        .gem: ["--source", "gem source", ".gemrc", "--pre"],
        .go: ["GOPROXY", "GOFLAGS", "GOPRIVATE", "GONOPROXY", "go env -w"],
    ]

    private static let rpm = [
        "/etc/yum", "/etc/dnf", "config-manager", "--repo", "--enablerepo", "--disablerepo", "--releasever", "-release",
        ".rpm", "copr", "module enable", "--setopt",
    ]

    /// The same as short flags of the commands themselves.
    private static let flags: [PackageManager: String] = [
        .apt: "t", .apk: "X", .zypper: "r", .pip: "ifc", .gem: "s",
    ]

    /// True when nothing up to the end of a RUN, in its stage and those below it, says otherwise.
    static func areThoseOfTheImage(_ manager: PackageManager, at run: RunScript, _ context: CheckContext) -> Bool {
        let statement = run.statement
        let chain = Set(context.fromLines.chain(statement.stage))
        let signs = signs[manager] ?? []
        let flags = flags[manager] ?? ""
        if run.commands.contains(where: { command in flags.contains { command.hasFlag(String($0)) } }) { return false }
        return !context.statements.all.contains { other in
            guard other.index <= statement.index, other.stage == statement.stage || chain.contains(other.stage) else {
                return false
            }
            let text = context.source.text(in: other.range)
            return signs.contains { text.contains($0) }
        }
    }
}
