import AsyncHTTPClient
import Glibc

/// The proxy that the environment asks for, by the rules that curl made customary.
enum HTTPProxy {
    static func configuration(for url: RemoteURL) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .follow(max: 10, allowCycles: false),
            timeout: .init(connect: .seconds(30), read: .seconds(120)))
        // The pool would try until the time for connecting is over, even when nobody listens.
        configuration.connectionPool.retryConnectionEstablishment = false
        let lookup = { (name: String) in getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
        if let proxy = proxy(for: url, lookup) {
            let credentials = proxy.userInfo.map { RemoteURL.decode($0) }
            let authorization = credentials.map {
                HTTPClient.Authorization.basic(credentials: Base64.encode(Array($0.utf8)))
            }
            configuration.proxy = .server(host: proxy.host, port: port(of: proxy), authorization: authorization)
        }
        return configuration
    }

    /// The proxy for a URL, from `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`.
    ///
    /// `HTTP_PROXY` in capitals counts, too, as for other programs that are no CGI scripts.
    static func proxy(for url: RemoteURL, _ lookup: (String) -> String?) -> RemoteURL? {
        func value(_ name: String) -> String? { lookup(name) ?? lookup(name.uppercased()) }
        guard let text = value(url.scheme + "_proxy") ?? value("all_proxy") else { return nil }
        for part in (value("no_proxy") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }) {
            let name = part.hasPrefix(".") ? part.dropFirst() : part
            if name == "*" || url.host == name || url.host.hasSuffix("." + name) || url.authority == name { return nil }
        }
        // Go never uses a proxy for this machine either.
        if url.host == "localhost" || url.host == "::1" || url.host.hasPrefix("127.") { return nil }
        return RemoteURL(text.contains("://") ? text : "http://" + text)
    }

    private static func port(of proxy: RemoteURL) -> Int {
        let digits = proxy.authority.reversed().prefix { $0.isNumber }.reversed()
        let hasPort = proxy.authority.dropLast(digits.count).hasSuffix(":")
        return hasPort ? Int(String(digits)) ?? 80 : (proxy.scheme == "https" ? 443 : 80)
    }
}
