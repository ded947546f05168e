/// The operating system's distribution, as `os-release` describes it.
public struct Distribution: Hashable, Sendable, Codable {
    /// `debian`, `alpine`, `rhel`…
    public var id: String
    /// What it is like, the closest first.
    public var idLike: [String]
    /// `12`, `3.19.1`, `9.4`; nil for rolling ones such as Debian's testing.
    public var versionID: String?
    /// `bookworm`.
    public var codename: String?
    /// `Debian GNU/Linux 12 (bookworm)`.
    public var prettyName: String?
    /// A CPE that names it.
    public var cpe: String?

    /// A distribution.
    public init(
        id: String, idLike: [String] = [], versionID: String? = nil, codename: String? = nil, prettyName: String? = nil,
        cpe: String? = nil
    ) {
        self.id = id
        self.idLike = idLike
        self.versionID = versionID
        self.codename = codename
        self.prettyName = prettyName
        self.cpe = cpe
    }

    /// Reads an `os-release` file; nil when it names none.
    public init?(osRelease bytes: [UInt8]) {
        var fields: [String: String] = [:]
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).prefix(1_000) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = String(decoding: line[..<equals], as: UTF8.self)
            fields[key] = Self.unquoted(String(decoding: line[line.index(after: equals)...], as: UTF8.self))
        }
        guard let id = fields["ID"], !id.isEmpty else { return nil }
        func filled(_ key: String) -> String? { fields[key].flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            id: id.lowercased(), idLike: (fields["ID_LIKE"] ?? "").split(separator: " ").map(String.init),
            versionID: filled("VERSION_ID"), codename: filled("VERSION_CODENAME"), prettyName: filled("PRETTY_NAME"),
            cpe: filled("CPE_NAME"))
    }

    /// What package URLs say in `distro`: `debian-12`; the identifier alone without a version.
    public var qualifier: String { versionID.map { id + "-" + $0 } ?? id }

    /// The value as a shell reads it.
    private static func unquoted(_ text: String) -> String {
        var rest = Substring(text)
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        guard let quote = rest.first, quote == "\"" || quote == "'", rest.count >= 2, rest.last == quote else {
            return String(rest)
        }
        rest = rest.dropFirst().dropLast()
        guard quote == "\"" else { return String(rest) }
        var result = ""
        var isEscaped = false
        for character in rest {
            if !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
                isEscaped = false
            }
        }
        return result
    }
}
