import FoundationEssentials

/// Limits and surroundings of a ``RegistryClient``.
public struct RegistryClientOptions: Sendable {
    /// Longest wait for a connection including its TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// Longest silence in the middle of an exchange, in either direction.
    public var stallTimeout: Duration = .seconds(60)
    /// Slowest download that is still waited for, in bytes in any ``slowWindow``: a server that drips single bytes
    /// would pass every stall timeout.
    public var slowestBytesPerWindow: Int64 = 4096
    /// The span over which the speed of a download is judged.
    public var slowWindow: Duration = .seconds(60)
    /// Repetition of failed requests.
    public var retry: RetryPolicy = .default
    /// Largest manifest or index read, in bytes (the distribution specification asks registries to accept 4 MiB).
    public var manifestLimit = 4 << 20
    /// Blobs up to this size go up in one `PUT`; larger ones are streamed by `PATCH`, so that a broken upload can be
    /// continued.
    public var monolithicUploadLimit: Int64 = 1 << 20
    /// Largest body of one `PATCH`, in bytes; nil for no bound.
    public var uploadChunkSize: Int64?
    /// Redirects followed for one request.
    public var redirectLimit = 5
    /// Whether registries on this machine (`localhost`, `127.0.0.0/8`, `[::1]`) may use any certificate or plain HTTP,
    /// as Docker allows.
    public var loopbackIsInsecure = true
    /// What the client calls itself.
    public var userAgent = "whittle"
    /// Directories with a subdirectory per `host[:port]` holding `*.crt` (authorities), `*.cert` and `*.key` (client
    /// certificate); the first directory that has the host counts. containers-certs.d(5).
    public var certificateDirectories: [String]
    /// The environment, for `SSL_CERT_FILE` and the proxy variables.
    public var environment: [String: String]

    /// The defaults of this machine and user.
    public init(environment: [String: String] = RegistryClientOptions.processEnvironment()) {
        self.environment = environment
        var directories: [String] = []
        if let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map({ $0 + "/.config" }), !home.isEmpty {
            directories.append(home + "/containers/certs.d")
        }
        certificateDirectories = directories + ["/etc/containers/certs.d", "/etc/docker/certs.d"]
    }

    /// The environment of this process.
    public static func processEnvironment() -> [String: String] { ProcessInfo.processInfo.environment }
}
