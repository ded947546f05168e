import OCI

/// Knows for each registry how it wants to be authenticated to, and keeps the tokens. One for each client.
///
/// Requests for the same token that come together share one fetch. The fetches are tasks owned by this actor and ended
/// by ``shutdown()``.
actor Authorizer {
    /// Whom a request goes to, and what for.
    struct Purpose: Sendable {
        /// The name that credentials are filed under, such as `docker.io`.
        let host: String
        /// Where requests really go.
        let base: WebAddress
        let insecure: Bool
        /// For credentials filed under a path.
        let repository: String?
        let scopes: [Scope]
        /// Credentials to use instead of the stored ones (`login`).
        var credentials: Credentials?
    }

    /// An `Authorization` header's value, and which credentials are behind it.
    struct Authorization: Sendable {
        let header: Secret
        let credentials: Credentials?
    }

    private struct TokenKey: Hashable {
        let host: String
        let repository: String?
        let scopes: [Scope]
        let username: String?
    }

    private let service: TokenService
    private let store: CredentialStore
    private var challenges: [String: Challenge] = [:]
    private var found: [String: CredentialStore.Lookup] = [:]
    private var tokens: [TokenKey: Token] = [:]
    private var fetches: [TokenKey: Task<Token, any Error>] = [:]

    init(service: TokenService, store: CredentialStore) {
        self.service = service
        self.store = store
    }

    /// Ends what is being fetched.
    func shutdown() {
        for fetch in fetches.values { fetch.cancel() }
    }

    /// What to send at once, from what the registry wanted last time; nil if it has not asked yet.
    func authorization(for purpose: Purpose) async throws -> Authorization? {
        guard let challenge = challenges[purpose.host] else { return nil }
        return try await authorization(answering: challenge, for: purpose, refusing: nil, request: nil)
    }

    /// What to send after a `401`.
    ///
    /// - Parameter used: what was sent with the request that was refused.
    func authorization(
        afterRefusalOf used: Authorization?, headers: [String], for purpose: Purpose, request: RegistryError.Request
    ) async throws -> Authorization {
        let offered = Challenge.parse(headers)
        let names = offered.map(\.scheme).joined(separator: ", ")
        guard
            let challenge = offered.first(where: { $0.scheme == "bearer" })
                ?? offered.first(where: { $0.scheme == "basic" })
        else {
            throw RegistryError.authenticationUnsupported(
                host: purpose.host, reason: names.isEmpty ? "it sent no challenge" : "it wants \(names)")
        }
        challenges[purpose.host] = challenge
        guard
            let authorization = try await authorization(
                answering: challenge, for: purpose, refusing: used, request: request)
        else { throw RegistryError.authenticationRequired(host: purpose.host, request, note: nil) }
        return authorization
    }

    private func authorization(
        answering challenge: Challenge, for purpose: Purpose, refusing used: Authorization?,
        request: RegistryError.Request?
    ) async throws -> Authorization? {
        let lookup = try await lookup(purpose)
        if case .bearer(let token) = lookup.credentials {
            let header = Secret("Bearer " + token.reveal())
            if let used, used.header == header, let request {
                throw RegistryError.authenticationRefused(host: purpose.host, username: nil, request, detail: nil)
            }
            return Authorization(header: header, credentials: lookup.credentials)
        }
        if challenge.scheme == "basic" { return try basic(lookup, purpose, refusing: used, request: request) }
        // The scopes of the challenge are what the registry says this request needs; ours are what the whole job needs.
        let asked = (challenge.parameters["scope"] ?? "").split(separator: " ").compactMap { Scope($0) }
        let scopes = Scope.merged(purpose.scopes + (request == nil ? [] : asked.filter { isExpected($0, purpose) }))
        let key = TokenKey(
            host: purpose.host, repository: purpose.repository, scopes: scopes, username: lookup.credentials?.username)
        if purpose.credentials == nil, let token = tokens[key], token.isUsable, used?.header != Self.header(token) {
            return Authorization(header: Self.header(token), credentials: lookup.credentials)
        }
        let token =
            if purpose.credentials == nil {
                try await fetch(key, challenge, purpose, lookup)
            } else {
                // Credentials on trial: neither the cached token of another trial nor a shared fetch answers for them.
                try await service.token(
                    for: challenge, scopes: scopes, registry: purpose.base, insecure: purpose.insecure,
                    credentials: lookup.credentials, note: nil)
            }
        return Authorization(header: Self.header(token), credentials: lookup.credentials)
    }

    /// A registry may ask for less or more on what is being worked on, not for rights over something else.
    private func isExpected(_ scope: Scope, _ purpose: Purpose) -> Bool {
        purpose.scopes.isEmpty || purpose.scopes.contains { $0.resource == scope.resource }
    }

    private func basic(
        _ lookup: CredentialStore.Lookup, _ purpose: Purpose, refusing used: Authorization?,
        request: RegistryError.Request?
    ) throws -> Authorization? {
        guard case .basic(let username, let password) = lookup.credentials else {
            guard let request else { return nil }
            throw RegistryError.authenticationRequired(host: purpose.host, request, note: lookup.note)
        }
        let header = Secret(BasicAuthentication.header(username: username, password: password))
        if let used, used.header == header, let request {
            throw RegistryError.authenticationRefused(host: purpose.host, username: username, request, detail: nil)
        }
        return Authorization(header: header, credentials: lookup.credentials)
    }

    private func fetch(_ key: TokenKey, _ challenge: Challenge, _ purpose: Purpose, _ lookup: CredentialStore.Lookup)
        async throws -> Token
    {
        if let running = fetches[key] { return try await running.value }
        let service = service
        let fetch = Task {
            try await service.token(
                for: challenge, scopes: key.scopes, registry: purpose.base, insecure: purpose.insecure,
                credentials: lookup.credentials, note: lookup.note)
        }
        fetches[key] = fetch
        defer { fetches[key] = nil }
        let token = try await fetch.value
        tokens[key] = token
        return token
    }

    /// Looked up when a registry first asks, never before: most pulls need no credentials, and a helper may ask the
    /// user.
    private func lookup(_ purpose: Purpose) async throws -> CredentialStore.Lookup {
        if let given = purpose.credentials { return CredentialStore.Lookup(credentials: given, note: nil) }
        let key = purpose.host + "/" + (purpose.repository ?? "")
        if let known = found[key] { return known }
        let lookup = try await store.lookup(host: purpose.host, repository: purpose.repository)
        found[key] = lookup
        return lookup
    }

    private static func header(_ token: Token) -> Secret { Secret("Bearer " + token.secret.reveal()) }
}
