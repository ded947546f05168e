import OCI

/// nginx without root: its images start it as root, which only gives its workers another account.
enum NginxAccount {
    /// The account, with what has to be changed for it; nil when it has one, needs root, or is not what runs.
    static func user(_ situation: Situation) -> RuntimeUser? {
        let view = situation.view
        guard BaseImages.split(view.baseName(of: view.parsed.stages.count - 1)).short == "nginx",
            let evidence = situation.evidence, ["", "root", "0"].contains(evidence.config.user.prefix { $0 != ":" }),
            ["", "nginx"].contains(view.commandWords.first.map(PathText.name) ?? "")
        else { return nil }
        // Not every engine leaves the ports below to everybody.
        let ports = evidence.observation.ports
        guard !ports.isEmpty, ports.allSatisfy({ $0 >= 1024 }) else { return nil }
        var config = ContainerConfig()
        config.user = "nginx"
        var named = evidence
        named.config = config
        var user = RuntimeUser(
            ids: (Account(original: named) ?? .application).ids,
            setup: [
                "sed -i -e '1i pid /tmp/nginx.pid;' -e '/^user /d' -e '/^pid /d' /etc/nginx/nginx.conf"
            ], writable: evidence.writtenDirectories)
        if !user.writable.contains("/var/cache/nginx"), evidence.image.kind("/var/cache/nginx") == .directory {
            user.writable.insert("/var/cache/nginx", at: 0)
        }
        return user
    }
}
