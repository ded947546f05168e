/// A place that has a repository: the registry itself, or a mirror of it.
public struct RegistrySource: Hashable, Sendable, CustomStringConvertible {
    /// Host with its port, as configured or as in the reference: `docker.io`, `localhost:5000`.
    public let host: String
    /// Repository on that host.
    public let repository: String
    /// Whether unverified TLS and plain HTTP are allowed (`insecure = true`).
    public let insecure: Bool
    /// Whether this is a mirror.
    public let isMirror: Bool

    /// A source.
    public init(host: String, repository: String, insecure: Bool = false, isMirror: Bool = false) {
        self.host = host
        self.repository = repository
        self.insecure = insecure
        self.isMirror = isMirror
    }

    /// `host/repository`.
    public var description: String { "\(host)/\(repository)" }

    /// The host that requests for `host` go to: Docker Hub's name is not the name of its registry.
    static func networkHost(_ host: String) -> String {
        host == "docker.io" || host == "index.docker.io" ? "registry-1.docker.io" : host
    }
}
