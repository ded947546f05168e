import NIOHTTP1
import OCI

/// Sends requests to registries: finds the scheme, authenticates, follows redirects, tries again, and turns bad answers
/// into errors.
struct RequestSender: Sendable {
    let transport: Transport
    let probe: SchemeProbe
    let authorizer: Authorizer
    let options: RegistryClientOptions

    /// One request to a registry.
    struct Call: Sendable {
        enum Target: Sendable {
            /// Path below `/v2/`, with its query.
            case path(String)
            /// An address that the registry gave, for uploads and next pages.
            case address(WebAddress)
        }

        var method: HTTPMethod
        var source: RegistrySource
        var target: Target
        var headers: HTTPHeaders = [:]
        var body: UploadBody?
        /// What a token must allow.
        var scopes: [Scope]
        /// Statuses that are no error.
        var accepted: Set<Int>
        /// What is asked for, for messages: `manifest docker.io/library/busybox:latest`.
        var subject: String
        /// Whether the same request may be sent again after a failure.
        var isRepeatable = true
        /// Credentials to try instead of the stored ones.
        var credentials: Credentials?
    }

    /// Sends `call` until it succeeds, fails for good, or has used up its attempts.
    func send(_ call: Call) async throws -> Answer {
        guard call.isRepeatable else {
            do { return try await attempt(call) } catch let failure as MayPass { throw failure.error }
        }
        return try await options.retry.run { try await attempt(call) }
    }

    /// One attempt.
    ///
    /// - Throws: ``MayPass`` for what may be tried again.
    func attempt(_ call: Call) async throws -> Answer {
        do {
            let answer = try await authenticated(call)
            if call.accepted.contains(answer.status) { return answer }
            throw await answer.failure(what: call.subject, host: call.source.host)
        } catch let error as RegistryError where error.isConnectionLost {
            throw MayPass(error: error)
        }
    }

    private func authenticated(_ call: Call) async throws -> Answer {
        let (base, insecure) = try await probe.base(host: call.source.host, insecure: call.source.insecure)
        let purpose = Authorizer.Purpose(
            host: call.source.host, base: base, insecure: insecure,
            repository: call.source.repository.isEmpty ? nil : call.source.repository, scopes: call.scopes,
            credentials: call.credentials)
        let address =
            switch call.target {
            case .path(let path): base.resolving("/v2/" + path)
            case .address(let address): address
            }
        guard let address else { throw RegistryError.invalidHost(call.source.host) }
        // An upload may be sent to another host: that host's own address has to authorise it.
        guard base.sharesOrigin(with: address) else {
            return try await redirected(call, address: address, base: base, insecure: insecure, authorization: nil)
        }
        let first = try await authorizer.authorization(for: purpose)
        let answer = try await redirected(call, address: address, base: base, insecure: insecure, authorization: first)
        guard answer.status == 401 else { return answer }
        await answer.discard()
        let second = try await authorizer.authorization(
            afterRefusalOf: first, headers: answer.headers["WWW-Authenticate"], for: purpose, request: answer.request)
        let again = try await redirected(call, address: address, base: base, insecure: insecure, authorization: second)
        guard again.status == 401 else { return again }
        let detail = await again.detail()
        // A registry that hides what it has says "unauthorized" of things that do not exist, even to who has logged in.
        guard second.credentials != nil else {
            throw RegistryError.authenticationRequired(
                host: call.source.host, again.request, note: "or there is no \(call.subject)")
        }
        if Challenge.parse(again.headers["WWW-Authenticate"]).contains(where: {
            $0.parameters["error"] == "insufficient_scope"
        }) {
            throw RegistryError.denied(what: call.subject, again.request, detail: detail)
        }
        throw RegistryError.authenticationRefused(
            host: call.source.host, username: second.credentials?.username, again.request, detail: detail)
    }

    /// Sends, and follows redirects. The `Authorization` header goes to the registry's own origin only.
    private func redirected(
        _ call: Call, address: WebAddress, base: WebAddress, insecure: Bool, authorization: Authorizer.Authorization?
    ) async throws -> Answer {
        var address = address
        for _ in 0...options.redirectLimit {
            var headers = call.headers
            if let authorization, base.sharesOrigin(with: address) {
                headers.replaceOrAdd(name: "Authorization", value: authorization.header.reveal())
            }
            let answer = try await transport.send(
                call.method, address, headers: headers, body: call.body, insecure: insecure && address.host == base.host
            )
            guard isRedirect(answer.status, call.method), let location = answer.header("Location") else {
                return answer
            }
            await answer.discard()
            guard let next = address.resolving(location) else {
                throw RegistryError.redirectRefused(
                    answer.request, reason: "to something that is no http or https address")
            }
            guard address.scheme == .http || next.scheme == .https || insecure else {
                throw RegistryError.redirectRefused(answer.request, reason: "from https to http (\(next.redacted))")
            }
            address = next
        }
        throw RegistryError.redirectRefused(
            .init(method: call.method.rawValue, url: address.redacted),
            reason: "more than \(options.redirectLimit) redirects")
    }

    /// 303 asks for another request than the one made, so it is followed for reading only.
    private func isRedirect(_ status: Int, _ method: HTTPMethod) -> Bool {
        switch status {
        case 307, 308: true
        case 301, 302, 303: method == .GET || method == .HEAD
        default: false
        }
    }
}

extension Answer {
    /// The error an answer with an unaccepted status stands for; ``MayPass`` around it if trying again may help.
    func failure(what: String, host: String) async -> any Error {
        let detail = await detail()
        let retryAfter = RetryPolicy.retryAfter(header("Retry-After"))
        let error: RegistryError =
            switch status {
            case 401: .authenticationRequired(host: host, request, note: nil)
            case 403: .denied(what: what, request, detail: detail)
            case 404: .notFound(what: what, request, detail: detail)
            case 429: .rateLimited(host: host, retryAfter: retryAfter, detail: detail)
            default: .unexpectedStatus(status, request, detail: detail)
            }
        return RetryPolicy.retryableStatuses.contains(status) ? MayPass(error: error, retryAfter: retryAfter) : error
    }

    /// The address in the `Location` header, on which an upload goes on.
    ///
    /// Registries behind a proxy that ends TLS for them often name themselves by `http`; on the same host that is read
    /// as a mistake and the connection stays on TLS. To another host, a step down from TLS is refused.
    func uploadLocation(insecure: Bool) throws(RegistryError) -> WebAddress {
        guard let text = header("Location"), let next = address.resolving(text) else {
            throw .invalidResponse(request, reason: "no usable Location for the upload")
        }
        guard address.scheme == .https, next.scheme == .http else { return next }
        if next.host == address.host {
            var corrected = next
            corrected.scheme = .https
            corrected.port = address.port
            return corrected
        }
        guard insecure else { throw .redirectRefused(request, reason: "from https to http (\(next.redacted))") }
        return next
    }
}
