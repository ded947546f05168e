import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// One HTTP exchange at a time, over connections that are kept: no retries, no redirects, no authentication. Those live
/// above.
///
/// The HTTP clients below are made at the first request that needs them (one for direct connections, one for each
/// proxy) and end with ``shutdown()``.
final class Transport: Sendable {
    private struct State {
        var clients: [ProxyRules.Proxy?: HTTPClient] = [:]
        var trust: [String: TLSConfiguration] = [:]
        var isShutDown = false
    }

    private let options: RegistryClientOptions
    private let proxies: ProxyRules
    private let trust: TrustSettings
    private let state = Mutex(State())

    init(options: RegistryClientOptions) {
        self.options = options
        proxies = ProxyRules(environment: options.environment)
        trust = TrustSettings(environment: options.environment, directories: options.certificateDirectories)
    }

    /// Closes all connections. Further requests throw ``RegistryError/shutDown``.
    func shutdown() async {
        let clients = state.withLock { state in
            state.isShutDown = true
            defer { state.clients = [:] }
            return Array(state.clients.values)
        }
        // The only error is a second shutdown, which the state above rules out.
        for client in clients { try? await client.shutdown() }
    }

    /// Sends one request and returns when the head of the answer is there.
    ///
    /// - Parameters:
    ///   - insecure: accept any certificate.
    ///   - headTimeout: longest wait for the head; nil leaves it to the stall timeout.
    /// - Throws: ``RegistryError/unreachable(host:reason:)``, ``RegistryError/tls(host:reason:)``,
    ///   ``RegistryError/connectionLost(_:reason:attempts:)`` or `CancellationError`.
    func send(
        _ method: HTTPMethod, _ address: WebAddress, headers: HTTPHeaders, body: UploadBody? = nil, insecure: Bool,
        headTimeout: Duration? = nil
    ) async throws -> Answer {
        let request = RegistryError.Request(method: method.rawValue, url: address.redacted)
        var outgoing = HTTPClientRequest(url: address.text)
        outgoing.method = method
        outgoing.headers = headers
        outgoing.headers.replaceOrAdd(name: "User-Agent", value: options.userAgent)
        outgoing.body = body?.httpBody
        let client = try client(for: address)
        if address.scheme == .https { outgoing.tlsConfiguration = try trust(for: address, insecure: insecure) }
        do {
            let deadline = headTimeout.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
            let response = try await client.execute(outgoing, deadline: deadline)
            return Answer(
                status: Int(response.status.code), headers: response.headers, address: address, request: request,
                body: response.body)
        } catch {
            throw ConnectionFailure.translate(error, request: request, host: address.authority)
        }
    }

    private func client(for address: WebAddress) throws(RegistryError) -> HTTPClient {
        let proxy = proxies.proxy(for: address)
        let client: HTTPClient? = state.withLock { state in
            if state.isShutDown { return nil }
            if let client = state.clients[proxy] { return client }
            let client = makeClient(proxy: proxy)
            state.clients[proxy] = client
            return client
        }
        guard let client else { throw .shutDown }
        return client
    }

    private func makeClient(proxy: ProxyRules.Proxy?) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(options.connectTimeout), read: TimeAmount(options.stallTimeout),
                write: TimeAmount(options.stallTimeout)),
            decompression: .disabled)
        // A stream window of HTTP/2 is 64 KiB here, which caps a distant download; blobs are parallel anyway.
        configuration.httpVersion = .http1Only
        // A refused connection is an answer: who asked decides whether to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        // A request that waits for a free connection fails after the connect timeout, so never let a caller's parallel
        // blobs wait.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.idleTimeout = .seconds(30)
        if let proxy {
            let authorization = proxy.userInformation.map {
                HTTPClient.Authorization.basic(credentials: Base64.encode(Array($0.utf8)))
            }
            configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
        }
        return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    /// Cached, because connections are shared only between requests with equal settings.
    private func trust(for address: WebAddress, insecure: Bool) throws(RegistryError) -> TLSConfiguration {
        let key = "\(address.authority) \(insecure)"
        if let known = state.withLock({ $0.trust[key] }) { return known }
        let made = try trust.configuration(host: address.host, port: address.port, insecure: insecure)
        return state.withLock { state in
            if let known = state.trust[key] { return known }
            state.trust[key] = made
            return made
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
