import CLinux
import Glibc

/// Finds the user that an image's configuration or a `USER` instruction names.
public enum UserLookup {
    /// Resolves `NAME|UID[:GROUP|GID]` against `/etc/passwd` and `/etc/group` of the file system at `root`.
    ///
    /// Empty text means root. A number need not have an account. The additional groups are those that list the user, unless
    /// the text names a group.
    ///
    /// - Throws: ``SandboxError/unknownUser(_:)`` and ``SandboxError/unknownGroup(_:)`` for names without an entry.
    public static func resolve(_ text: String, in root: String) throws(SandboxError) -> ContainerUser {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let userText = parts.first ?? ""
        let groupText = parts.count > 1 ? parts[1] : ""
        let uid = try number(userText)
        let gid = try number(groupText)

        // Nothing to look up: a damaged account file must not stand in the way.
        if let uid, let gid {
            return ContainerUser(uid: uid, gid: gid, home: home(of: uid, in: root))
        }
        let account: Account?
        do {
            account = try Self.account(in: root) { entry in
                if userText.isEmpty { return entry.uid == 0 }
                return uid.map { entry.uid == $0 } ?? (entry.name == userText)
            }
        } catch {
            guard text.isEmpty else { throw error }
            account = nil
        }
        if account == nil, uid == nil, !userText.isEmpty { throw .unknownUser(userText) }
        var user = ContainerUser(uid: account?.uid ?? uid ?? 0, gid: account?.gid ?? 0, home: account?.home)

        if !groupText.isEmpty {
            let groups = try groups(in: root)
            let group = groups.first { group in gid.map { group.gid == $0 } ?? (group.name == groupText) }
            guard let number = group?.gid ?? gid else { throw .unknownGroup(groupText) }
            user.gid = number
        } else if let name = account?.name {
            user.additionalGroups = try groups(in: root).filter { $0.members.contains(name) }.map(\.gid)
        }
        return user
    }

    /// The home directory of the account with this number, or nil.
    static func home(of uid: UInt32, in root: String) -> String? {
        let found = try? account(in: root) { $0.uid == uid }
        return found?.home
    }

    /// The number of the user or group that `text` names, nil when it is not a number.
    private static func number(_ text: String) throws(SandboxError) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        guard let number = Int32(text) else { throw .identifierOutOfRange(text) }
        return UInt32(number)
    }

    // MARK: Account files

    private struct Account {
        var name: String
        var uid: UInt32
        var gid: UInt32
        var home: String?
    }

    private struct Group {
        var name: String
        var gid: UInt32
        var members: [String]
    }

    private static func account(
        in root: String, matching predicate: (Account) -> Bool
    ) throws(SandboxError) -> Account? {
        for fields in try lines(of: "/etc/passwd", in: root) where fields.count >= 4 {
            guard let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else { continue }
            let home = fields.count > 5 && !fields[5].isEmpty ? fields[5] : nil
            let account = Account(name: fields[0], uid: uid, gid: gid, home: home)
            if predicate(account) { return account }
        }
        return nil
    }

    private static func groups(in root: String) throws(SandboxError) -> [Group] {
        try lines(of: "/etc/group", in: root).compactMap { fields in
            guard fields.count >= 3, let gid = UInt32(fields[2]) else { return nil }
            let members = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
            return Group(name: fields[0], gid: gid, members: members)
        }
    }

    /// Larger files than this are no account files.
    private static let sizeLimit = 10 << 20

    /// The fields of each line of a file inside `root`; none when there is no such file.
    private static func lines(of path: String, in root: String) throws(SandboxError) -> [[String]] {
        // Not blocking: in somebody else's image it may be a pipe.
        let descriptor: Int32
        do {
            guard let opened = try RootPath.open(path, in: root, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY) else {
                return []
            }
            descriptor = opened
        } catch .system(_, _, ELOOP) {
            return []
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unusableAccountFile(path: path, reason: "not a regular file")
        }
        guard let bytes = readAll(descriptor, limit: sizeLimit + 1) else {
            throw .unusableAccountFile(path: path, reason: errorText(errno))
        }
        guard bytes.count <= sizeLimit else {
            throw .unusableAccountFile(path: path, reason: "larger than \(sizeLimit) bytes")
        }
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = String(decoding: line, as: UTF8.self)
            let start = text.drop(while: \.isWhitespace)
            guard let first = start.first, first != "#" else { return nil }
            return start.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
