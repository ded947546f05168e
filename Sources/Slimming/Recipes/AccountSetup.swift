/// Accounts for images that have none for the application.
enum AccountSetup {
    /// Number of the account that is made: above what distributions give to people and services.
    static let number = "10001"

    /// A system account on Debian.
    static let debian = ["groupadd -r -g \(number) app", "useradd -r -u \(number) -g app -s /usr/sbin/nologin app"]
    /// A system account with busybox.
    static let alpine = ["addgroup -g \(number) -S app", "adduser -u \(number) -S -D -H -G app app"]

    /// Who the image should run as: whoever it ran as, by number, else an account of the base or a new one.
    ///
    /// - Returns: nil when root has to stay.
    static func user(_ situation: Situation, setup: [String], existing: (name: String, ids: String)? = nil)
        -> RuntimeUser?
    {
        guard !needsRoot(situation) else { return nil }
        let writable = (situation.evidence?.writtenDirectories ?? []).filter { !$0.hasPrefix("/var/cache") }
        if let current = situation.evidence?.config.user, !current.isEmpty, current != "root", current != "0",
            current != "0:0"
        {
            return nil
        }
        if let existing { return RuntimeUser(ids: existing.ids, setup: [], writable: writable) }
        return RuntimeUser(ids: "\(number):\(number)", setup: setup, writable: writable)
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
