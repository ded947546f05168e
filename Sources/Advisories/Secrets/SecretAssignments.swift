/// Passwords and keys that stand under a telling name, in files that are there for such things.
enum SecretAssignments {
    private static let names = [
        "password", "passwd", "secret", "token", "api_key", "apikey", "access_key", "private_key", "credential", "auth",
        "client-key-data",
    ]

    static func hits(in bytes: [UInt8]) -> [SecretScanner.Hit] {
        var hits: [SecretScanner.Hit] = []
        var offset = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            defer { offset += line.count + 1 }
            guard line.count <= 4096, hits.count < 20, line.first != UInt8(ascii: "#") else { continue }
            let text = String(decoding: line, as: UTF8.self)
            guard let (name, value) = assignments(text).first(where: { isSecret($0.value) }) else { continue }
            hits.append(
                SecretScanner.Hit(
                    rule: "credentials-file", title: "credentials in a file for them", severity: .high,
                    offset: offset, excerpt: "\(name)… (\(value.count) characters)"))
        }
        return hits
    }

    /// What a line gives names to: one thing, but JSON may stand in one line as a whole.
    private static func assignments(_ line: String) -> [(name: String, value: Substring)] {
        if line.contains("{"), line.contains("\":") { return members(line) }
        if let value = databasePassword(line) { return [("password", value)] }
        return assignment(line).map { [$0] } ?? []
    }

    /// The strings of JSON that stand behind telling names.
    private static func members(_ line: String) -> [(name: String, value: Substring)] {
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        // Every second part is a string: `{`, auths, `:{`, reg.io, `:{`, auth, `:`, value, `}}`.
        return stride(from: 1, to: max(1, parts.count - 2), by: 2).compactMap { index in
            guard parts[index + 1].filter({ $0 != " " && $0 != "\t" }) == ":", isTelling(String(parts[index])) else {
                return nil
            }
            return (String(parts[index].suffix(40)), parts[index + 2])
        }
    }

    /// The last field of `host:port:database:user:password`, as `.pgpass` has it.
    private static func databasePassword(_ line: String) -> Substring? {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[1] == "*" || !fields[1].isEmpty && fields[1].allSatisfy(\.isNumber) else {
            return nil
        }
        return fields[4].last == "\r" ? fields[4].dropLast() : fields[4]
    }

    /// `NAME=value`, `name: value`, `"auth": "value"`, or the password of a line of `.netrc`.
    private static func assignment(_ line: String) -> (name: String, value: Substring)? {
        // npm has the registry's address before the name.
        let isRegistry = line.hasPrefix("//")
        let isMachine = ["machine ", "login ", "password "].contains { line.hasPrefix($0) }
        let separator = isMachine ? nil : line.firstIndex { $0 == "=" || $0 == ":" && !isRegistry }
        guard let separator else {
            guard let blank = line.range(ofWord: "password") else { return urlCredentials(line) }
            return ("password", line[blank...].drop { $0 == " " }.prefix { $0 != " " && $0 != "\t" && $0 != "\r" })
        }
        let name = line[..<separator].filter { !"\" '\t".contains($0) }
        guard isTelling(name) else { return urlCredentials(line) }
        var value = line[line.index(after: separator)...]
        while let first = value.first, "\" '\t=".contains(first) { value.removeFirst() }
        while let last = value.last, "\" '\t\r,;".contains(last) { value.removeLast() }
        return (String(name.suffix(40)), value)
    }

    /// Is it the name of a secret, and not of something about one?
    private static func isTelling(_ name: String) -> Bool {
        let lower = name.lowercased()
        return names.contains { lower.hasSuffix($0) || lower.contains($0 + "_") || lower.contains("_" + $0) }
            && !abouts.contains { lower.hasSuffix($0) }
    }

    /// Names of what is no secret end with one of these.
    private static let abouts = [
        "file", "path", "url", "uri", "ttl", "expir", "length", "enabled", "name", "header", "sock", "method", "type",
        "host", "port", "user", "_id", "issuer", "audience", "domain", "realm", "version", "class", "provider", "dir",
    ]

    /// Is a setting of this name and value a secret? Other than a file that is there for secrets, an environment holds all
    /// kinds of things, so paths, addresses and plain words are none unless the name ends with what they are.
    static func isSecret(_ value: String, named name: String) -> Bool {
        guard isTelling(name), isSecret(value[...]), !value.hasPrefix("/"), !value.contains("://") else { return false }
        let lower = name.lowercased()
        if ["password", "passwd", "secret", "token"].contains(where: { lower.hasSuffix($0) }) { return true }
        return value.contains { $0.isNumber } && value.contains { $0.isLetter }
    }

    /// The password of an address in a text.
    static func urlPassword(in text: String) -> Substring? {
        guard text.contains("://"), let (_, value) = urlCredentials(text), isSecret(value) else { return nil }
        return value
    }

    /// `https://user:password@host`.
    private static func urlCredentials(_ line: String) -> (name: String, value: Substring)? {
        let parts = line.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].hasSuffix(":"), parts[1].isEmpty, let at = parts[2].lastIndex(of: "@"),
            let colon = parts[2][..<at].firstIndex(of: ":")
        else { return nil }
        return ("password in a URL", parts[2][parts[2].index(after: colon)..<at])
    }

    /// Long enough, no reference to a variable, and no word that stands for one.
    private static func isSecret(_ value: Substring) -> Bool {
        guard value.count >= 8, Set(value).count >= 6, !value.contains(" ") else { return false }
        if "$<{[%".contains(value.first ?? " ") { return false }
        let lower = value.lowercased()
        if ["password", "postgres", "username"].contains(lower) { return false }
        return ![
            "example", "changeme", "change_me", "change-me", "placeholder", "your", "xxxx", "todo", "dummy",
            "secret_key_here",
        ]
        .contains { lower.contains($0) }
    }
}

extension String {
    /// The blank after a word, where the word stands.
    fileprivate func range(ofWord word: String) -> String.Index? {
        var index = startIndex
        while let found = self[index...].firstIndex(where: { $0 == word.first }) {
            if self[found...].hasPrefix(word) {
                let end = self.index(found, offsetBy: word.count)
                return end < endIndex && self[end] == " " ? end : nil
            }
            index = self.index(after: found)
        }
        return nil
    }
}
