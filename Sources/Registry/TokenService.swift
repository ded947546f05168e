import FoundationEssentials
import NIOHTTP1

/// A bearer token with the time after which it is not used any more.
struct Token: Sendable {
    let secret: Secret
    let expiry: ContinuousClock.Instant

    var isUsable: Bool { ContinuousClock.now < expiry }
}

/// Gets bearer tokens from the service that a registry's challenge names: `GET` with basic authentication, or `POST`
/// with a refresh token (distribution's token and OAuth2 specifications).
struct TokenService: Sendable {
    let transport: Transport
    let retry: RetryPolicy

    private static let answerLimit = 1 << 20

    /// - Parameters:
    ///   - registry: where the challenge came from.
    ///   - insecure: the registry may be reached without verified TLS, and so may a token service on the same host.
    func token(
        for challenge: Challenge, scopes: [Scope], registry: WebAddress, insecure: Bool, credentials: Credentials?,
        note: String?
    ) async throws -> Token {
        guard let realm = challenge.parameters["realm"], let address = WebAddress(realm) else {
            throw RegistryError.authenticationUnsupported(
                host: registry.authority, reason: "its challenge names no token service that can be used")
        }
        // Whoever can rewrite the registry's answers can read plain HTTP: never a step down from TLS.
        if registry.scheme == .https, address.scheme == .http {
            throw RegistryError.authenticationUnsupported(
                host: registry.authority, reason: "its token service \(address.redacted) is not secured by TLS")
        }
        let acceptAny = insecure && address.host == registry.host
        let service = challenge.parameters["service"]
        return try await retry.run {
            let answer: Answer
            if case .identityToken(let refresh) = credentials {
                answer = try await post(
                    address, refresh: refresh, service: service, scopes: scopes, insecure: acceptAny)
            } else {
                answer = try await get(
                    address, credentials: credentials, service: service, scopes: scopes, insecure: acceptAny)
            }
            return try await read(
                answer, host: registry.authority, scopes: scopes, credentials: credentials, note: note)
        }
    }

    private func get(_ realm: WebAddress, credentials: Credentials?, service: String?, scopes: [Scope], insecure: Bool)
        async throws -> Answer
    {
        var address = realm
        var headers = HTTPHeaders()
        if case .basic(let username, let password) = credentials {
            address = address.adding("account", username)
            headers.add(
                name: "Authorization", value: BasicAuthentication.header(username: username, password: password))
        }
        if let service { address = address.adding("service", service) }
        for scope in scopes { address = address.adding("scope", scope.description) }
        return try await send(.GET, address, headers: headers, body: nil, insecure: insecure)
    }

    private func post(_ realm: WebAddress, refresh: Secret, service: String?, scopes: [Scope], insecure: Bool)
        async throws -> Answer
    {
        var items = [("grant_type", "refresh_token"), ("client_id", "whittle"), ("refresh_token", refresh.reveal())]
        if let service { items.append(("service", service)) }
        if !scopes.isEmpty { items.append(("scope", scopes.map(\.description).joined(separator: " "))) }
        let form = items.map { "\($0.0)=\(WebAddress.percentEncoded($0.1))" }.joined(separator: "&")
        return try await send(
            .POST, realm, headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: UploadBody(bytes: Array(form.utf8)),
            insecure: insecure)
    }

    private func send(
        _ method: HTTPMethod, _ address: WebAddress, headers: HTTPHeaders, body: UploadBody?, insecure: Bool
    )
        async throws -> Answer
    {
        do {
            return try await transport.send(method, address, headers: headers, body: body, insecure: insecure)
        } catch let error as RegistryError where error.isConnectionLost {
            throw MayPass(error: error)
        }
    }

    private struct Document: Decodable {
        let token: String?
        let accessToken: String?
        let lifetime: Double?

        enum CodingKeys: String, CodingKey {
            case token
            case accessToken = "access_token"
            case lifetime = "expires_in"
        }
    }

    private func read(_ answer: Answer, host: String, scopes: [Scope], credentials: Credentials?, note: String?)
        async throws -> Token
    {
        switch answer.status {
        case 200..<300: break
        case 400 where credentials != nil, 401:
            guard credentials != nil else {
                await answer.discard()
                throw RegistryError.authenticationRequired(host: host, answer.request, note: note)
            }
            throw RegistryError.authenticationRefused(
                host: host, username: credentials?.username, answer.request, detail: await answer.detail())
        case 403:
            let what = scopes.map(\.description).joined(separator: " ")
            throw RegistryError.denied(what: what.isEmpty ? host : what, answer.request, detail: await answer.detail())
        default:
            throw await answer.failure(what: "token service", host: host)
        }
        let bytes: [UInt8]
        do { bytes = try await answer.bytes(limit: Self.answerLimit, what: "token document") } catch let error
            as RegistryError
            where error.isConnectionLost
        {
            throw MayPass(error: error)
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
            let text = [document.token, document.accessToken].compactMap({ $0 }).first(where: { !$0.isEmpty })
        else { throw RegistryError.invalidResponse(answer.request, reason: "no token in it") }
        guard text.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw RegistryError.invalidResponse(answer.request, reason: "the token cannot be sent in a header")
        }
        // The specification's default is a minute. A tenth is kept in hand, so that a token does not expire on its way.
        let seconds = min(max(document.lifetime ?? 60, 0), 86400)
        return Token(secret: Secret(text), expiry: .now + .seconds(seconds * 0.9))
    }
}

/// RFC 7617.
enum BasicAuthentication {
    static func header(username: String, password: Secret) -> String {
        "Basic " + Base64.encode(Array("\(username):\(password.reveal())".utf8))
    }
}
