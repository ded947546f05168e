/// Build secrets that authenticate downloads and git fetches, under the names that BuildKit gave them.
///
/// Downloads: `HTTP_AUTH_HEADER_<host>`, `HTTP_AUTH_TOKEN_<host>`. Git over http: `GIT_AUTH_HEADER.<host>`,
/// `GIT_AUTH_TOKEN.<host>`, `GIT_AUTH_HEADER`, `GIT_AUTH_TOKEN`. A header secret is the whole value of `Authorization`.
public struct SourceCredentials: Sendable {
    private let secret: @Sendable (String) -> String?

    /// Credentials from the build's secrets.
    ///
    /// - Parameter secret: the value of the secret with an id, or nil.
    public init(secret: @escaping @Sendable (String) -> String?) {
        self.secret = secret
    }

    /// No credentials.
    public static let none = SourceCredentials { _ in nil }

    /// The `Authorization` header for a download.
    func authorization(forDownload url: RemoteURL) -> String? {
        if let token = value("HTTP_AUTH_TOKEN_" + url.host) { return "Bearer " + token }
        return value("HTTP_AUTH_HEADER_" + url.host)
    }

    /// The `Authorization` header for git, and the URL that it is limited to.
    func authorization(forGit remote: String) -> (scope: String, header: String)? {
        guard let url = RemoteURL(remote), ["http", "https"].contains(url.scheme) else { return nil }
        let scope = "\(url.scheme)://\(url.authority)/"
        for suffix in ["." + url.authority, ""] {
            if let header = value("GIT_AUTH_HEADER" + suffix) { return (scope, header) }
            if let token = value("GIT_AUTH_TOKEN" + suffix) {
                return (scope, "basic " + Base64.encode(Array("x-access-token:\(token)".utf8)))
            }
        }
        return nil
    }

    /// A secret without the line ends that a file leaves around it.
    private func value(_ name: String) -> String? {
        guard let text = secret(name) else { return nil }
        let trimmed = text.split(whereSeparator: \.isNewline).first.map(String.init)
        return trimmed
    }
}
