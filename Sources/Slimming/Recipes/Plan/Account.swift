import Glibc

/// An account of an image.
struct Account: Sendable, Equatable {
    var name: String
    var group: String
    var uid: UInt32
    var gid: UInt32
    var home: String
    /// Whether the base has it already.
    var isInBase = false
    /// Whether the base has its group already.
    var isGroupInBase = false

    /// The account for applications that ran as root.
    static let application = Account(name: "app", group: "app", uid: 10001, gid: 10001, home: "/")

    /// As USER has it: numbers need no look-up.
    var ids: String { "\(uid):\(gid)" }
    /// A line of /etc/passwd.
    var line: String { "\(name):x:\(uid):\(gid)::\(home):/sbin/nologin" }

    init(name: String, group: String, uid: UInt32, gid: UInt32, home: String) {
        self.name = name
        self.group = group
        self.uid = uid
        self.gid = gid
        self.home = home
    }

    /// The account that the original runs as; nil for root, and for one that cannot be told.
    init?(original evidence: Evidence) {
        let parts = evidence.config.user.split(separator: ":", maxSplits: 1).map(String.init)
        guard let user = parts.first, user != "root", user != "0" else { return nil }
        let entry = Self.fields(evidence.image, "/etc/passwd").first {
            $0.count >= 6 && ($0[0] == user || $0[2] == user)
        }
        guard let uid = UInt32(entry?[2] ?? user), uid != 0 else { return nil }
        let groups = Self.fields(evidence.image, "/etc/group")
        let wanted = parts.count > 1 ? parts[1] : (entry?[3] ?? "0")
        let group = groups.first { $0.count >= 3 && ($0[0] == wanted || $0[2] == wanted) }
        guard let gid = UInt32(group?[2] ?? wanted) else { return nil }
        let name = entry?[0] ?? Self.application.name
        guard [name, group?[0] ?? name, entry?[5] ?? "/"].allSatisfy(Self.isPlain) else { return nil }
        self.init(name: name, group: group?[0] ?? name, uid: uid, gid: gid, home: entry?[5] ?? "/")
        // A number without a name is not made either.
        isInBase =
            entry == nil
            || Self.fields(evidence.base, "/etc/passwd").contains {
                $0.count >= 3 && $0[0] == name && $0[2] == String(uid)
            }
        isGroupInBase =
            gid == 0
            || Self.fields(evidence.base, "/etc/group").contains {
                $0.count >= 3 && $0[0] == self.group && $0[2] == String(gid)
            }
    }

    private static func fields(_ image: RootView, _ path: String) -> [[String]] {
        (image.text(path, limit: 1 << 20) ?? "").split(whereSeparator: \.isNewline).map {
            $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// Whether a text can be written into a command as it is.
    private static func isPlain(_ text: String) -> Bool {
        text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
    }

    /// Whether files directly in a directory, or itself, belong to the account.
    func owns(_ directory: String, in image: RootView) -> Bool {
        ([directory] + image.names(directory).prefix(1_000).map { PathText.join(directory, $0) }).contains { path in
            var status = stat()
            return lstat(image.directory + path, &status) == 0 && status.st_uid == uid
        }
    }
}
