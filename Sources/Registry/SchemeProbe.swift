/// Finds out whether a registry speaks `https` or `http`.
///
/// Only registries configured as insecure, and those on this machine, may fall back to plain HTTP; as Docker does, TLS
/// is tried first. Nothing is asked of any other registry. Probes under way are owned by this actor and ended by
/// ``shutdown()``.
actor SchemeProbe {
    private let transport: Transport
    private let loopbackIsInsecure: Bool
    private var known: [String: WebAddress] = [:]
    private var probes: [String: Task<WebAddress, any Error>] = [:]

    /// A TLS greeting sent to a server that only speaks HTTP may be answered by silence.
    private static let patience: Duration = .seconds(5)

    init(transport: Transport, loopbackIsInsecure: Bool) {
        self.transport = transport
        self.loopbackIsInsecure = loopbackIsInsecure
    }

    func shutdown() {
        for probe in probes.values { probe.cancel() }
    }

    /// The address requests to `host` begin with, and whether any certificate will do.
    func base(host: String, insecure: Bool) async throws -> (address: WebAddress, insecure: Bool) {
        guard let secure = WebAddress(scheme: .https, authority: RegistrySource.networkHost(host)) else {
            throw RegistryError.invalidHost(host)
        }
        let lenient = insecure || (loopbackIsInsecure && secure.isLoopback)
        guard lenient else { return (secure, false) }
        if let address = known[host] { return (address, true) }
        if let probe = probes[host] { return (try await probe.value, true) }
        let transport = transport
        let probe = Task { try await Self.probe(secure, transport: transport) }
        probes[host] = probe
        defer { probes[host] = nil }
        let address = try await probe.value
        known[host] = address
        return (address, true)
    }

    private static func probe(_ secure: WebAddress, transport: Transport) async throws -> WebAddress {
        var address = secure
        address.path = "/v2/"
        do {
            let answer = try await transport.send(.GET, address, headers: [:], insecure: true, headTimeout: patience)
            await answer.discard()
            return secure
        } catch let error as RegistryError {
            switch error {
            case .unreachable where secure.port != nil: throw error  // plain HTTP would be on the same port
            case .unreachable, .tls, .connectionLost, .invalidResponse:
                return WebAddress(scheme: .http, host: secure.host, port: secure.port)
            default: throw error
            }
        }
    }
}
