import NIOHTTP1
import OCI
import Synchronization

/// A client of the OCI distribution specification: pulls, pushes, mounts and lists, through mirrors, with
/// authentication.
///
/// Safe to use from many tasks at once; all share connections and tokens. Making one costs nothing: connections,
/// certificates and credentials are loaded when first needed. End with ``shutdown()``, or use
/// ``withClient(configuration:credentials:options:_:)``.
public final class RegistryClient: Sendable {
    let options: RegistryClientOptions
    let sender: RequestSender
    let credentials: CredentialStore
    private let loadConfiguration: @Sendable () throws(RegistryError) -> RegistriesConfiguration
    private let state = Mutex(State())

    private struct State {
        var configuration: RegistriesConfiguration?
        /// Which source last gave something of a repository, so that an image's blobs come from where its manifest came
        /// from.
        var preferred: [String: RegistrySource] = [:]
        /// Sources that failed; they are asked last.
        var demoted: Set<RegistrySource> = []
    }

    /// A client.
    ///
    /// - Parameters:
    ///   - configuration: read when a registry is first needed.
    ///   - credentials: where user names and passwords come from; looked at when a registry first asks.
    public init(
        configuration: @autoclosure @escaping @Sendable () throws(RegistryError) -> RegistriesConfiguration,
        credentials: CredentialStore, options: RegistryClientOptions = .init()
    ) {
        self.options = options
        self.credentials = credentials
        loadConfiguration = configuration
        let transport = Transport(options: options)
        sender = RequestSender(
            transport: transport,
            probe: SchemeProbe(transport: transport, loopbackIsInsecure: options.loopbackIsInsecure),
            authorizer: Authorizer(
                service: TokenService(transport: transport, retry: options.retry), store: credentials),
            options: options)
    }

    /// Runs `body` with a client and shuts it down afterwards, however `body` ends.
    public static func withClient<Value: Sendable>(
        configuration: @autoclosure @escaping @Sendable () throws(RegistryError) -> RegistriesConfiguration,
        credentials: CredentialStore, options: RegistryClientOptions = .init(),
        _ body: (RegistryClient) async throws -> Value
    ) async throws -> Value {
        let client = RegistryClient(configuration: try configuration(), credentials: credentials, options: options)
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Closes all connections. Requests under way fail; later ones throw ``RegistryError/shutDown``.
    public func shutdown() async {
        await sender.authorizer.shutdown()
        await sender.probe.shutdown()
        await sender.transport.shutdown()
    }

    /// The configuration in force.
    public func configuration() throws(RegistryError) -> RegistriesConfiguration {
        if let configuration = state.withLock({ $0.configuration }) { return configuration }
        let loaded = try loadConfiguration()
        state.withLock { $0.configuration = loaded }
        return loaded
    }

    // MARK: Sources

    /// Runs `operation` against each source of `reference` in turn until one succeeds: the mirrors as configured, then
    /// the registry. The one that last helped with this repository comes first, those that failed come last.
    func fromSources<Value>(of reference: Reference, _ operation: (RegistrySource) async throws -> Value) async throws
        -> Value
    {
        let sources = try configuration().sources(for: reference)
        let (preferred, demoted) = state.withLock { ($0.preferred[reference.name], $0.demoted) }
        let rank = { (source: RegistrySource) in source == preferred ? 0 : demoted.contains(source) ? 2 : 1 }
        let ordered = sources.enumerated()
            .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)
        var failures: [(source: RegistrySource, error: RegistryError)] = []
        for source in ordered {
            do {
                let value = try await operation(source)
                state.withLock { state in
                    state.preferred[reference.name] = source
                    state.demoted.remove(source)
                }
                return value
            } catch let error as RegistryError {
                failures.append((source, error))
                if !error.isNotFound {
                    state.withLock { state in
                        state.demoted.insert(source)
                        if state.preferred[reference.name] == source { state.preferred[reference.name] = nil }
                    }
                }
                guard error.mayAnotherSourceHelp else { throw error }
            }
        }
        guard failures.count > 1 else { throw failures.first?.error ?? .notFoundAnywhere(reference) }
        // All say that there is no such thing: then the registry's own word is the answer.
        if failures.allSatisfy({ $0.error.isNotFound }) { throw failures[failures.count - 1].error }
        throw RegistryError.allSourcesFailed(
            reference: reference.familiar,
            failures: failures.map { .init(location: $0.source.description, error: $0.error.description) })
    }

    /// Where `reference` is pushed to: never a mirror.
    func destination(of reference: Reference) throws(RegistryError) -> RegistrySource {
        try configuration().destination(for: reference)
    }

    // MARK: Registry-wide

    /// Asks `host` whether it is a registry and takes the stored credentials, or the given ones.
    ///
    /// - Throws: ``RegistryError/authenticationRequired(host:_:note:)`` or
    ///   ``RegistryError/authenticationRefused(host:username:_:detail:)`` if it does not,
    ///   ``RegistryError/unreachable(host:reason:)``, ``RegistryError/tls(host:reason:)``.
    public func ping(host: String, credentials: Credentials? = nil) async throws {
        let answer = try await sender.send(
            .init(
                method: .GET, source: try configuration().registry(host), target: .path(""), scopes: [],
                accepted: [200],
                subject: "registry \(host)", credentials: credentials))
        await answer.discard()
    }

    /// Names of the repositories on `host`, sorted as the registry sorts them.
    public func catalog(host: String, limit: Int = 10_000) async throws -> [String] {
        struct Page: Decodable { let repositories: [String]? }
        return try await pages(
            Page.self, source: try configuration().registry(host), path: "_catalog?n=100", scopes: [.catalog],
            subject: "catalog of \(host)", limit: limit
        ) { $0.repositories ?? [] }
    }

    /// Tags of a repository.
    public func tags(of repository: Reference, limit: Int = 10_000) async throws -> [String] {
        struct Page: Decodable { let tags: [String]? }
        return try await fromSources(of: repository) { source in
            try await pages(
                Page.self, source: source, path: "\(source.repository)/tags/list?n=100",
                scopes: [.pull(source.repository)],
                subject: "repository \(repository.repository.familiar)", limit: limit
            ) { $0.tags ?? [] }
        }
    }

    /// Reads a list in pages (`Link: <…>; rel="next"`, RFC 8288), at most `limit` items.
    private func pages<Page: Decodable>(
        _ type: Page.Type, source: RegistrySource, path: String, scopes: [Scope], subject: String, limit: Int,
        items: (Page) -> [String]
    ) async throws -> [String] {
        var target = RequestSender.Call.Target.path(path)
        var all: [String] = []
        while true {
            let answer = try await sender.send(
                .init(method: .GET, source: source, target: target, scopes: scopes, accepted: [200], subject: subject))
            let bytes = try await answer.bytes(limit: options.manifestLimit, what: subject)
            let page = try decode(Page.self, bytes, answer)
            let new = items(page)
            all += new
            guard all.count < limit, !new.isEmpty, let next = answer.nextPage else { return Array(all.prefix(limit)) }
            target = .address(next)
        }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ answer: Answer) throws(RegistryError) -> Value
    {
        do { return try CanonicalJSON.decode(Value.self, from: bytes, what: "answer") } catch {
            throw .invalidResponse(answer.request, reason: error.description)
        }
    }
}

extension Answer {
    /// The next page of a list, on the same origin only.
    var nextPage: WebAddress? {
        for link in headers["Link"] where link.contains("rel=\"next\"") || link.contains("rel=next") {
            guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end else {
                continue
            }
            guard let next = address.resolving(String(link[link.index(after: start)..<end])),
                next.sharesOrigin(with: address)
            else {
                continue
            }
            return next
        }
        return nil
    }
}

extension RegistryError {
    static func notFoundAnywhere(_ reference: Reference) -> RegistryError {
        .allSourcesFailed(reference: reference.familiar, failures: [])
    }
}
