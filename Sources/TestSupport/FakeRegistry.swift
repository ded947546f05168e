import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OCI
import Synchronization

/// A registry in this process, on a port of 127.0.0.1: the whole distribution specification, authentication, and faults
/// on demand.
///
/// Everything it holds is in memory. It records each request, so that tests can say what was asked and what was not.
public final class FakeRegistry: Sendable {
    /// How it behaves when nothing is broken.
    public struct Options: Sendable {
        /// Who may come in.
        public var authentication: Authentication = .none
        /// PEM files of the certificate and its key; plain HTTP without.
        public var tls: (certificate: String, key: String)?
        /// PEM file of the authority that clients' certificates must come from; none are asked for without.
        public var clientAuthority: String?
        /// Whether blobs can be mounted from other repositories.
        public var mounts = true
        /// Whether there is a referrers call.
        public var referrers = true
        /// Whether `Location` headers are whole addresses rather than paths.
        public var absoluteLocations = false
        /// Items in a page of a list.
        public var pageSize = 100
        /// The address clients are sent to for tokens, if not the registry itself.
        public var realm: String?
        /// How many requests a token is good for.
        public var tokenUses = Int.max

        /// An open registry without TLS.
        public init() {}
    }

    /// Who may come in.
    public enum Authentication: Sendable {
        /// Everybody.
        case none
        /// These users with these passwords, by basic authentication.
        case basic([String: String])
        /// Bearer tokens, which these users, and holders of these refresh tokens, get; everybody gets them for pulling
        /// if `anonymousPull`.
        case token(users: [String: String], refreshTokens: Set<String> = [], anonymousPull: Bool = false)
    }

    /// A request as it arrived.
    public struct Request: Sendable {
        /// The HTTP method.
        public let method: String
        /// Path and query.
        public let uri: String
        /// All headers; names are lower-case.
        public let headers: [String: String]
        /// Bytes of body received.
        public internal(set) var bodySize: Int

        /// The path alone.
        public var path: String { String(uri.prefix { $0 != "?" }) }
    }

    let options: Options
    let storage: Mutex<FakeRegistryStorage>
    private let faults = Mutex<[Fault]>([])
    private let log = Mutex<[Request]>([])
    private let children = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let listener = Mutex<(any Channel)?>(nil)
    private let boundPort = Mutex(0)

    private init(options: Options) {
        self.options = options
        storage = Mutex(FakeRegistryStorage())
    }

    /// Starts a registry on a free port (or on `port`).
    public static func start(_ options: Options = .init(), port: Int = 0) async throws -> FakeRegistry {
        let registry = FakeRegistry(options: options)
        var context: NIOSSLContext?
        if let tls = options.tls {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem)))
            if let authority = options.clientAuthority {
                configuration.certificateVerification = .noHostnameVerification
                configuration.trustRoots = .file(authority)
            }
            context = try NIOSSLContext(configuration: configuration)
        }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                    try pipeline.addHandler(FakeRegistryHandler(registry: registry))
                    registry.track(channel)
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        registry.boundPort.withLock { $0 = channel.localAddress?.port ?? 0 }
        registry.listener.withLock { $0 = channel }
        return registry
    }

    /// Runs `body` with a registry and stops it afterwards.
    public static func run<Value>(_ options: Options = .init(), _ body: (FakeRegistry) async throws -> Value)
        async throws -> Value
    {
        let registry = try await start(options)
        do {
            let value = try await body(registry)
            await registry.stop()
            return value
        } catch {
            await registry.stop()
            throw error
        }
    }

    /// Closes the port and every connection.
    public func stop() async {
        let listener = listener.withLock { channel in
            defer { channel = nil }
            return channel
        }
        // Closing what a client has closed is no error that matters.
        try? await listener?.close().get()
        let open = children.withLock { Array($0.values) }
        for channel in open { try? await channel.close().get() }
    }

    private func track(_ channel: any Channel) {
        children.withLock { $0[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { _ in
            self.children.withLock { $0[ObjectIdentifier(channel)] = nil }
        }
    }

    /// `127.0.0.1:PORT`.
    public var host: String { "127.0.0.1:\(port)" }

    /// The port it listens on.
    public var port: Int { boundPort.withLock { $0 } }

    /// `http://127.0.0.1:PORT`, or https.
    public var origin: String { "\(options.tls == nil ? "http" : "https")://\(host)" }

    // MARK: Requests and faults

    /// What was asked so far, in order.
    public var requests: [Request] { log.withLock { $0 } }

    /// Forgets the requests so far.
    public func clearRequests() { log.withLock { $0 = [] } }

    /// The requests with this method whose path contains `text`.
    public func requests(_ method: String, _ text: String = "") -> [Request] {
        requests.filter { $0.method == method && $0.path.contains(text) }
    }

    /// Breaks something from now on.
    public func inject(_ fault: Fault) { faults.withLock { $0.append(fault) } }

    /// Mends everything.
    public func clearFaults() { faults.withLock { $0 = [] } }

    /// The first fault that is due for this request.
    func fault(_ method: String, _ uri: String) -> Fault.Behaviour? {
        faults.withLock { faults in
            for index in faults.indices {
                if let behaviour = faults[index].strike(method, uri) { return behaviour }
            }
            return nil
        }
    }

    func record(_ request: Request) { log.withLock { $0.append(request) } }

    // MARK: Content

    /// Puts a blob into a repository.
    @discardableResult
    public func addBlob(_ bytes: [UInt8], to repository: String) -> Digest {
        storage.withLock { $0.addBlob(bytes, to: repository) }
    }

    /// Puts a manifest or index into a repository, under a tag if one is given.
    @discardableResult
    public func addManifest(_ bytes: [UInt8], mediaType: String, to repository: String, tag: String? = nil) -> Digest {
        storage.withLock { $0.addManifest(bytes, mediaType: mediaType, to: repository, tag: tag) }
    }

    /// Puts a whole image into a repository.
    @discardableResult
    public func add(_ image: RandomImage, to repository: String, tag: String? = nil) -> Digest {
        for blob in image.blobs { addBlob(blob, to: repository) }
        return addManifest(image.manifestBytes, mediaType: image.mediaType, to: repository, tag: tag)
    }

    /// The bytes of a blob, if the repository has it.
    public func blob(_ digest: Digest, in repository: String) -> [UInt8]? {
        storage.withLock { $0.repositories[repository]?.blobs.contains(digest) == true ? $0.blobs[digest] : nil }
    }

    /// The bytes of a manifest, by tag or digest.
    public func manifest(_ name: String, in repository: String) -> [UInt8]? {
        storage.withLock { $0.manifest(name, in: repository)?.bytes }
    }

    /// Makes `token` good for these actions on these resources, as if the token service had given it.
    public func allow(token: String, scopes: [String: Set<String>]) {
        storage.withLock { $0.tokens[token] = .init(scopes: scopes, uses: .max) }
    }

    /// Uploads begun and neither finished nor cancelled.
    public var openUploads: Int { storage.withLock { $0.uploads.count } }
}
