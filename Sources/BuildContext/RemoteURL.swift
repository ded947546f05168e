/// The parts of an http(s), ssh or git URL that a context or an `ADD` needs, taken apart without changing any of them.
struct RemoteURL: Hashable, Sendable {
    /// In lower case, without `://`.
    let scheme: String
    /// `user` or `user:password`, as written.
    let userInfo: String?
    /// Host and port.
    let authority: String
    /// With the leading slash, as written.
    let path: String
    let query: String?
    let fragment: String?

    /// Takes a URL apart; nil when the text does not start with `scheme://`.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound]
        guard !scheme.isEmpty, scheme.utf8.allSatisfy({ Self.isAlphanumeric($0) }) else { return nil }
        self.scheme = scheme.lowercased()
        var rest = text[separator.upperBound...]
        (rest, fragment) = Self.cut(rest, "#")
        (rest, query) = Self.cut(rest, "?")
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        path = String(rest[slash...])
        let host = rest[..<slash]
        if let at = host.lastIndex(of: "@") {
            userInfo = String(host[..<at])
            authority = String(host[host.index(after: at)...])
        } else {
            userInfo = nil
            authority = String(host)
        }
    }

    /// The URL without fragment and user, for a request.
    var requestText: String { "\(scheme)://\(authority)\(path)" + (query.map { "?" + $0 } ?? "") }

    /// The URL without query and fragment, for git.
    var remoteText: String { "\(scheme)://\(userInfo.map { $0 + "@" } ?? "")\(authority)\(path)" }

    /// The host without its port.
    var host: String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" })
    }

    /// The name of the file that the URL names; nil when its path ends with a slash and names none.
    var fileName: String? {
        let decoded = Self.decode(path)
        // The last component, as Go's path.Base sees it.
        let name = decoded.split(separator: "/").last.map(String.init)
        return name == "." || name == nil ? nil : name
    }

    /// A URL for people, with its password and user replaced.
    static func redacted(_ text: String) -> String {
        guard let separator = text.firstRange(of: "://") else { return text }
        let rest = text[separator.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = host.lastIndex(of: "@") else { return text }
        let user = host[..<at]
        // A user name alone is no secret for ssh, but over https it can be a token.
        let shown = user.contains(":") || text.hasPrefix("http") ? "xxxxx" : String(user)
        return text[..<separator.upperBound] + shown + rest[at...]
    }

    /// Resolves `%NN`; what is no valid escape stays.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The parameters of a query, in order.
    static func parameters(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { part in
            let (name, value) = cut(part, "=")
            return (decode(name, plusIsSpace: true), decode(value ?? "", plusIsSpace: true))
        }
    }

    static func cut(_ text: Substring, _ separator: Character) -> (Substring, String?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], String(text[text.index(after: index)...]))
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
