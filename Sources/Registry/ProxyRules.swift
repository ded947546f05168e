/// Which proxy a request goes through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in either case, read as curl and Go's
/// programs do.
struct ProxyRules: Sendable {
    struct Proxy: Hashable, Sendable {
        let host: String
        let port: Int
        /// `user:password` from the variable, sent to the proxy and to nobody else.
        let userInformation: String?
    }

    private let secure: Proxy?
    private let plain: Proxy?
    private let exceptions: [String]

    init(environment: [String: String]) {
        func value(_ name: String) -> String? {
            // Upper-case HTTP_PROXY is not trusted where a web server runs us as a CGI script: a client can set it by a
            // `Proxy` header.
            if name == "HTTP_PROXY", environment["REQUEST_METHOD"] != nil { return environment["http_proxy"] }
            return environment[name] ?? environment[name.lowercased()]
        }
        secure = value("HTTPS_PROXY").flatMap(Self.parse)
        plain = value("HTTP_PROXY").flatMap(Self.parse)
        exceptions = (value("NO_PROXY") ?? "").split { $0 == "," || $0 == " " }.map { $0.lowercased() }
    }

    /// The proxy for `address`; none for this machine itself and for hosts named by `NO_PROXY`.
    func proxy(for address: WebAddress) -> Proxy? {
        guard let proxy = address.scheme == .https ? secure : plain, !address.isLoopback else { return nil }
        for exception in exceptions {
            if exception == "*" || Self.contains(exception, host: address.host) { return nil }
            guard let rule = WebAddress(scheme: address.scheme, authority: exception.drop { $0 == "." || $0 == "*" })
            else { continue }
            if let port = rule.port, port != address.port ?? address.scheme.defaultPort { continue }
            if address.host == rule.host || address.host.hasSuffix("." + rule.host) { return nil }
        }
        return proxy
    }

    /// Whether `network` is an IPv4 network such as `10.0.0.0/8` with the address `host` in it.
    private static func contains(_ network: String, host: String) -> Bool {
        let parts = network.split(separator: "/" as Character)
        guard parts.count == 2, let bits = Int(parts[1]), (0...32).contains(bits), let base = number(parts[0]),
            let address = number(host)
        else { return false }
        let mask = bits == 0 ? 0 : UInt32.max << UInt32(32 - bits)
        return base & mask == address & mask
    }

    private static func number(_ address: some StringProtocol) -> UInt32? {
        let parts = address.split(separator: "." as Character, omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else { return nil }
        return parts.reduce(0) { $0 << 8 | UInt32($1 ?? 0) }
    }

    private static func parse(_ text: String) -> Proxy? {
        guard !text.isEmpty else { return nil }
        let full = text.contains("://") ? text : "http://" + text
        guard let address = WebAddress(full) else { return nil }
        let authority = full[(full.firstRange(of: "://")?.upperBound ?? full.startIndex)...].prefix { $0 != "/" }
        let user = authority.lastIndex(of: "@").map { String(authority[..<$0]) }
        return Proxy(host: address.host, port: address.port ?? 80, userInformation: user)
    }
}
