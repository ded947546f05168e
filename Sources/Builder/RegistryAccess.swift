import OCI
import Registry

/// The registry client, made when the first registry is needed: a build from local images never pays for it.
public actor RegistryAccess {
    private var made: RegistryClient?
    private let make: @Sendable () throws -> RegistryClient

    /// Creates access through a client that `make` builds on first use.
    public init(_ make: @escaping @Sendable () throws -> RegistryClient) { self.make = make }

    /// The client.
    public func client() throws -> RegistryClient {
        if let made { return made }
        let client = try make()
        made = client
        return client
    }

    /// Closes connections, if any were made.
    public func shutdown() async {
        await made?.shutdown()
        made = nil
    }
}
