import OCI

/// What can go wrong between this program and a registry.
///
/// Every case that comes from an answer names the method, the address without its query and without user information,
/// and the HTTP status; where the registry sent an error document its code and message are in `detail`. No case ever
/// holds a credential.
public enum RegistryError: Error, Equatable, Sendable {
    /// The request that failed, for messages.
    public struct Request: Equatable, Sendable, CustomStringConvertible {
        /// The HTTP method.
        public let method: String
        /// The address without query values and user information.
        public let url: String

        /// `GET https://…`.
        public var description: String { "\(method) \(url)" }
    }

    /// What the registry said in its error document, bounded and stripped of control characters.
    public struct Detail: Equatable, Sendable {
        /// The code of the distribution specification, such as `MANIFEST_UNKNOWN`; nil if the body was no error
        /// document.
        public let code: String?
        /// The message, possibly empty.
        public let message: String
    }

    /// No connection: name not found, refused, no route, or no answer in time.
    case unreachable(host: String, reason: String)
    /// The TLS handshake failed: unknown authority, wrong host name, expired, or not a TLS server at all.
    case tls(host: String, reason: String)
    /// The connection broke or stalled and the attempts are used up.
    case connectionLost(Request, reason: String, attempts: Int)
    /// The registry wants credentials and there are none. `note` says why none were found, if that is known.
    case authenticationRequired(host: String, Request, note: String?)
    /// The registry, or its token service, refused the credentials.
    case authenticationRefused(host: String, username: String?, Request, detail: Detail?)
    /// The registry's challenge cannot or must not be answered.
    case authenticationUnsupported(host: String, reason: String)
    /// The credentials are good but do not allow this.
    case denied(what: String, Request, detail: Detail?)
    /// There is no such image, blob or upload.
    case notFound(what: String, Request, detail: Detail?)
    /// The registry asks to come back later, and did so on every attempt.
    case rateLimited(host: String, retryAfter: Int?, detail: Detail?)
    /// An answer that is an error and none of the above.
    case unexpectedStatus(Int, Request, detail: Detail?)
    /// An answer that breaks the protocol: a missing or nonsensical header, a document that cannot be read.
    case invalidResponse(Request, reason: String)
    /// The bytes received are not what their digest says.
    case digestMismatch(expected: Digest, actual: Digest, Request)
    /// Fewer or more bytes than announced.
    case sizeMismatch(expected: Int64, actual: Int64, Request)
    /// A document over the limit that is read into memory.
    case tooLarge(what: String, limit: Int, Request)
    /// Redirected too often, to another scheme, or to something that is no address.
    case redirectRefused(Request, reason: String)
    /// `registries.conf` blocks this registry.
    case blocked(reference: String, prefix: String, file: String)
    /// The image is an index without a manifest for the platform.
    case platformMissing(reference: String, platform: String, available: [String])
    /// An index that points to indexes too deeply.
    case nestedIndex(reference: String)
    /// All sources of an image failed: mirrors, then the registry itself.
    case allSourcesFailed(reference: String, failures: [SourceFailure])
    /// The data to upload could not be read or changed while it was read.
    case uploadSource(path: String, reason: String)
    /// A configuration file cannot be used.
    case configuration(file: String, line: Int?, reason: String)
    /// A credentials file cannot be read or written.
    case credentialFile(path: String, reason: String)
    /// A credential helper failed.
    case credentialHelper(name: String, reason: String)
    /// Not a registry's name.
    case invalidHost(String)
    /// The client was shut down.
    case shutDown

    /// One source of an image that failed, and why.
    public struct SourceFailure: Equatable, Sendable {
        /// Host and repository, such as `mirror.example:5000/library/busybox`.
        public let location: String
        /// The failure.
        public let error: String
    }
}

extension RegistryError: CustomStringConvertible {
    /// One line for people, naming the thing and what the registry said.
    public var description: String {
        switch self {
        case .unreachable(let host, let reason): "cannot reach registry \(host): \(reason)"
        case .tls(let host, let reason): "TLS connection to registry \(host) failed: \(reason)"
        case .connectionLost(let request, let reason, let attempts):
            "\(request): \(reason)" + (attempts > 1 ? " (\(attempts) attempts)" : "")
        case .authenticationRequired(let host, let request, let note):
            "registry \(host) requires authentication (\(request))" + (note.map { "; " + $0 } ?? "")
        case .authenticationRefused(let host, let username, let request, let detail):
            "registry \(host) refused the credentials" + (username.map { " of \($0)" } ?? "") + " (\(request))"
                + Self.text(detail)
        case .authenticationUnsupported(let host, let reason): "cannot authenticate to registry \(host): \(reason)"
        case .denied(let what, let request, let detail): "access to \(what) denied (\(request))" + Self.text(detail)
        case .notFound(let what, let request, let detail): "\(what) not found (\(request))" + Self.text(detail)
        case .rateLimited(let host, let retryAfter, let detail):
            "registry \(host) limits the rate of requests" + (retryAfter.map { "; it asks to wait \($0) s" } ?? "")
                + Self.text(detail)
        case .unexpectedStatus(let status, let request, let detail): "\(request): status \(status)" + Self.text(detail)
        case .invalidResponse(let request, let reason): "\(request): invalid answer: \(reason)"
        case .digestMismatch(let expected, let actual, let request):
            "\(request): content has digest \(actual), expected \(expected)"
        case .sizeMismatch(let expected, let actual, let request):
            "\(request): content has \(actual) bytes, expected \(expected)"
        case .tooLarge(let what, let limit, let request): "\(request): \(what) is larger than \(limit) bytes"
        case .redirectRefused(let request, let reason): "\(request): redirect refused: \(reason)"
        case .blocked(let reference, let prefix, let file): "\(reference) is blocked: \(file) blocks \(prefix)"
        case .platformMissing(let reference, let platform, let available):
            "\(reference) has no image for \(platform)"
                + (available.isEmpty ? "" : "; it has \(available.joined(separator: ", "))")
        case .nestedIndex(let reference): "\(reference): indexes are nested too deeply"
        case .allSourcesFailed(let reference, let failures):
            "cannot get \(reference): " + failures.map { "\($0.location): \($0.error)" }.joined(separator: "; ")
        case .uploadSource(let path, let reason): "cannot upload \(path): \(reason)"
        case .configuration(let file, let line, let reason): "\(file)\(line.map { ":\($0)" } ?? ""): \(reason)"
        case .credentialFile(let path, let reason): "\(path): \(reason)"
        case .credentialHelper(let name, let reason): "credential helper \(name): \(reason)"
        case .invalidHost(let host): "'\(host)' is not a registry's name"
        case .shutDown: "the registry client is shut down"
        }
    }

    private static func text(_ detail: Detail?) -> String {
        guard let detail else { return "" }
        return switch (detail.code, detail.message.isEmpty) {
        case (nil, true): ""
        case (nil, false): ": \(detail.message)"
        case (let code?, true): ": \(code)"
        case (let code?, false): ": \(code): \(detail.message)"
        }
    }
}

extension RegistryError {
    /// Whether another source of the same image may do better. Everything a mirror can suffer counts; what this side
    /// got wrong does not.
    var mayAnotherSourceHelp: Bool {
        switch self {
        case .uploadSource, .configuration, .shutDown, .platformMissing, .blocked: false
        default: true
        }
    }

    /// Whether the answer was "no such thing".
    public var isNotFound: Bool {
        switch self {
        case .notFound: true
        case .allSourcesFailed: false
        default: false
        }
    }
}
