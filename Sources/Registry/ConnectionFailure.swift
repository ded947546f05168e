import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
#if canImport(Glibc)
    import Glibc
#endif

/// What the HTTP stack throws, in terms of ``RegistryError``.
enum ConnectionFailure {
    /// `connectionLost` is what may be tried again; `unreachable` and `tls` are not. Cancellation stays
    /// `CancellationError`.
    static func translate(_ error: any Error, request: RegistryError.Request, host: String) -> any Error {
        switch error {
        case is RegistryError, is CancellationError: error
        case let error as HTTPClientError: translate(error, request: request, host: host)
        case let error as NIOConnectionError: RegistryError.unreachable(host: host, reason: reason(error))
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            RegistryError.tls(host: host, reason: tlsReason(error))
        case ChannelError.connectTimeout: RegistryError.unreachable(host: host, reason: "no connection in time")
        case let error as IOError
        where [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENETDOWN, EADDRNOTAVAIL].contains(error.errnoCode):
            RegistryError.unreachable(host: host, reason: text(ofErrno: error.errnoCode))
        case let error as IOError:
            RegistryError.connectionLost(request, reason: text(ofErrno: error.errnoCode), attempts: 1)
        case HTTPParserError.invalidEOFState:
            RegistryError.connectionLost(request, reason: "the connection was closed", attempts: 1)
        case is HTTPParserError, is NIOHTTPDecoderError:
            RegistryError.invalidResponse(request, reason: "not HTTP")
        default: RegistryError.connectionLost(request, reason: "\(error)", attempts: 1)
        }
    }

    private static func translate(_ error: HTTPClientError, request: RegistryError.Request, host: String) -> any Error {
        switch error {
        case .cancelled: CancellationError()
        case .alreadyShutdown: RegistryError.shutDown
        case .connectTimeout: RegistryError.unreachable(host: host, reason: "no connection in time")
        case .tlsHandshakeTimeout: RegistryError.tls(host: host, reason: "no handshake in time")
        case .proxyAuthenticationRequired:
            RegistryError.unreachable(host: host, reason: "the proxy requires authentication")
        case .invalidProxyResponse: RegistryError.unreachable(host: host, reason: "the proxy refused the connection")
        case .httpProxyHandshakeTimeout:
            RegistryError.unreachable(host: host, reason: "no answer from the proxy in time")
        case .invalidURL, .emptyHost, .emptyScheme: RegistryError.invalidHost(host)
        case .readTimeout, .deadlineExceeded:
            RegistryError.connectionLost(request, reason: "the registry stopped answering", attempts: 1)
        case .writeTimeout: RegistryError.connectionLost(request, reason: "the registry stopped receiving", attempts: 1)
        case .remoteConnectionClosed, .uncleanShutdown:
            RegistryError.connectionLost(request, reason: "the connection was closed", attempts: 1)
        case .getConnectionFromPoolTimeout:
            RegistryError.connectionLost(request, reason: "no connection became free in time", attempts: 1)
        default: RegistryError.connectionLost(request, reason: error.shortDescription.lowercased(), attempts: 1)
        }
    }

    /// A host has several addresses; the first failure that says something is reported.
    private static func reason(_ error: NIOConnectionError) -> String {
        if let failure = error.connectionErrors.first {
            if let io = failure.error as? IOError { return text(ofErrno: io.errnoCode) }
            if case ChannelError.connectTimeout = failure.error { return "no connection in time" }
            return "\(failure.error)"
        }
        return "there is no host \(error.host)"
    }

    private static func tlsReason(_ error: any Error) -> String {
        let text = "\(error)"
        // BoringSSL names its reasons in capitals within a long record: the words that people search for, first.
        let known: [(String, String)] = [
            ("CERTIFICATE_VERIFY_FAILED", "the certificate is not signed by a trusted authority, or has expired"),
            ("WRONG_VERSION_NUMBER", "the server does not speak TLS"),
            ("HTTP_REQUEST", "the server does not speak TLS"),
            ("CERTIFICATE_REQUIRED", "the server wants a client certificate"),
            ("failedToValidateHostname", "the certificate is for another host"),
            ("unableToValidateCertificate", "the certificate is not signed by a trusted authority, or has expired"),
            ("uncleanShutdown", "the connection was closed"),
            ("EOF during handshake", "the server closed the connection in the handshake"),
        ]
        return known.first { text.contains($0.0) }?.1 ?? text
    }

    /// The system's words for an errno, in lower case.
    static func text(ofErrno code: Int32) -> String {
        guard let words = strerror(code) else { return "error \(code)" }
        return String(cString: words).lowercased()
    }
}
