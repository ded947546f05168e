/// Accounts for images that have none for the application.
enum AccountSetup {
    /// Commands that make an account, by distribution.
    enum Tools: Sendable {
        case debian
        case alpine
        /// There are none: the account is written into a file, or the number alone has to do.
        case none
    }

    /// Commands that make a system account.
    static func commands(_ account: Account, _ tools: Tools) -> [String] {
        let (name, group) = (account.name, account.group)
        switch tools {
        case .debian:
            let home = account.home == "/" ? "" : "-m -d \(account.home) "
            return (account.isGroupInBase ? [] : ["groupadd -r -g \(account.gid) \(group)"]) + [
                "useradd -r -u \(account.uid) -g \(group) \(home)-s /usr/sbin/nologin \(name)"
            ]
        case .alpine:
            let home = account.home == "/" ? "-H" : "-h \(account.home)"
            return (account.isGroupInBase ? [] : ["addgroup -g \(account.gid) -S \(group)"]) + [
                "adduser -u \(account.uid) -S -D \(home) -G \(group) \(name)"
            ]
        case .none: return []
        }
    }

    /// Who the image should run as: whoever it ran as, by number, else an account of the base or a new one.
    ///
    /// - Returns: nil when root has to stay.
    static func user(_ situation: Situation, setup tools: Tools, existing: (name: String, ids: String)? = nil)
        -> RuntimeUser?
    {
        // Programs do without their caches, unless a volume is to keep them.
        let volumes = situation.evidence?.config.volumes ?? []
        let writable = (situation.evidence?.writtenDirectories ?? []).filter {
            !$0.hasPrefix("/var/cache") || volumes.contains($0)
        }
        if let evidence = situation.evidence, let account = Account(original: evidence) {
            var user = RuntimeUser(
                ids: account.ids, setup: account.isInBase ? [] : commands(account, tools), writable: writable)
            user.isOriginal = true
            let directory = situation.applicationDirectory
            user.ownsApplication = directory != "/" && account.owns(directory, in: evidence.image)
            if case .none = tools, account.home != "/", evidence.image.kind(account.home) == .directory,
                !user.writable.contains(account.home)
            {
                user.writable.append(account.home)
            }
            if user.ownsApplication, !user.writable.contains(directory) { user.writable.append(directory) }
            return user
        }
        guard !needsRoot(situation) else { return nil }
        if let current = situation.evidence?.config.user, !current.isEmpty, current != "root", current != "0",
            current != "0:0"
        {
            return nil
        }
        if let existing { return RuntimeUser(ids: existing.ids, setup: [], writable: writable) }
        return RuntimeUser(
            ids: Account.application.ids, setup: commands(.application, tools), writable: writable)
    }

    /// The same for a base without a shell, on which nothing can be made.
    static func plain(_ situation: Situation) -> RuntimeUser? {
        var user = user(situation, setup: .none)
        user?.writable = []
        return user
    }

    /// The account's line of /etc/passwd.
    static func line(_ situation: Situation) -> String {
        (situation.evidence.flatMap(Account.init(original:)) ?? .application).line
    }

    /// Programs that change accounts, or that only root may start.
    private static let rootPrograms: Set<String> = [
        "cron", "crond", "sshd", "dockerd", "gosu", "su-exec", "su", "sudo", "runuser", "supervisord", "systemd",
        "init", "apache2", "httpd", "service", "chown", "s6-svscan",
    ]

    /// Whether what was started, or what the command names, needs root.
    private static func needsRoot(_ situation: Situation) -> Bool {
        let started = (situation.evidence?.programs ?? []).map(PathText.name)
        let named = situation.view.commandWords.prefix(1).map(PathText.name)
        return (started + named).contains(where: rootPrograms.contains)
    }
}
