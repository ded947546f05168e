/// An `http` or `https` address: what a registry, a token service or a redirect is reached at.
///
/// Parsed by hand, not through `Foundation.URL`: what matters here is exactly where the authority ends (credentials are
/// bound to it), and registries send paths in `Location` that a general parser would normalise.
struct WebAddress: Hashable, Sendable {
    enum Scheme: String, Sendable {
        case http, https

        var defaultPort: Int { self == .https ? 443 : 80 }
    }

    var scheme: Scheme
    /// Lower-case host; an IPv6 address keeps its brackets.
    var host: String
    var port: Int?
    /// Path, beginning with a slash, without the query.
    var path: String
    /// Query without the question mark.
    var query: String?

    init(scheme: Scheme, host: String, port: Int?, path: String = "/", query: String? = nil) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        self.path = path
        self.query = query
    }

    /// The address of `authority` (`host` or `host:port`), or nil if that is none.
    init?(scheme: Scheme, authority: some StringProtocol, path: String = "/", query: String? = nil) {
        var host = authority[...]
        var port: Int?
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            let digits = authority[authority.index(after: colon)...]
            if !digits.isEmpty {
                guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
                    (1...65535).contains(number)
                else { return nil }
                port = number
            }
            host = authority[..<colon]
        }
        guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else { return nil }
        guard host.hasPrefix("[") == host.hasSuffix("]") else { return nil }
        if !host.hasPrefix("["), host.contains(":") { return nil }
        self.init(scheme: scheme, host: String(host), port: port, path: path, query: query)
    }

    /// An absolute address. Any user information in it is dropped: credentials never come from what a server sends.
    init?(_ text: some StringProtocol) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        guard let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased()) else { return nil }
        self.init(scheme: scheme, afterScheme: text[separator.upperBound...])
    }

    private init?(scheme: Scheme, afterScheme rest: some StringProtocol) {
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        var authority = rest[..<end]
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        var target = rest[end...]
        if let fragment = target.firstIndex(of: "#") { target = target[..<fragment] }
        guard target.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else { return nil }
        var query: String?
        if let mark = target.firstIndex(of: "?") {
            query = String(target[target.index(after: mark)...])
            target = target[..<mark]
        }
        self.init(scheme: scheme, authority: authority, path: target.isEmpty ? "/" : String(target), query: query)
    }

    /// `reference` (a `Location` header) as seen from this address, RFC 3986 section 5: absolute, `//host/path`,
    /// `/path`, `?query` or a path beside this one.
    func resolving(_ reference: String) -> WebAddress? {
        if reference.firstRange(of: "://").map({ !reference[..<$0.lowerBound].contains("/") }) ?? false {
            return WebAddress(reference)
        }
        if reference.hasPrefix("//") { return WebAddress(scheme: scheme, afterScheme: reference.dropFirst(2)) }
        let base = origin
        if reference.hasPrefix("/") { return WebAddress(base + reference) }
        if reference.hasPrefix("?") { return WebAddress(base + path + reference) }
        let directory = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return WebAddress(base + directory + reference)
    }

    /// `scheme://host:port`, the boundary that credentials never cross.
    var origin: String { "\(scheme.rawValue)://\(authority)" }

    /// `host` or `host:port`, as written.
    var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// Whether a request to `other` may carry the credentials meant for this address.
    func sharesOrigin(with other: WebAddress) -> Bool {
        scheme == other.scheme && host == other.host
            && (port ?? scheme.defaultPort) == (other.port ?? other.scheme.defaultPort)
    }

    /// The whole address, as requested.
    var text: String { origin + path + (query.map { "?" + $0 } ?? "") }

    /// The address for messages: a query may hold signatures or tokens, so its values are not shown.
    var redacted: String { origin + path + (query == nil ? "" : "?…") }

    /// The same address with one more query item, percent-encoded.
    func adding(_ name: String, _ value: String) -> WebAddress {
        var copy = self
        let item = "\(name)=\(Self.percentEncoded(value))"
        copy.query = query.map { $0.isEmpty ? item : "\($0)&\(item)" } ?? item
        return copy
    }

    /// Whether the host is this machine itself: `localhost`, `127.0.0.0/8` or `[::1]`.
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Percent-encoded for use in a query or a form: all but RFC 3986's unreserved characters.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: bytes.append(byte)
            default: bytes += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95, 58, 91, 93: true
        default: false
        }
    }
}
