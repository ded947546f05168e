/// What a registry is told about who asks.
public enum Credentials: Sendable, Equatable {
    /// A user name with its password or access token, sent as HTTP basic authentication or exchanged for a bearer
    /// token.
    case basic(username: String, password: Secret)
    /// An OAuth2 refresh token (`identitytoken` in config.json, user name `<token>` of a credential helper), exchanged
    /// for a bearer token.
    case identityToken(Secret)
    /// A bearer token used as it is (`registrytoken` in config.json).
    case bearer(Secret)

    /// The user name, where there is one.
    public var username: String? {
        if case .basic(let username, _) = self { username } else { nil }
    }
}
