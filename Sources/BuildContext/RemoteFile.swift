import AsyncHTTPClient
import Glibc

/// A file behind an http or https URL, as `ADD` and remote contexts use it.
public enum RemoteFile {
    /// What a server said about a file, to ask later whether it is still the same.
    public struct Validators: Hashable, Sendable {
        /// The `ETag` without its weakness mark.
        public var etag: String?
        /// The `Last-Modified` header as it was sent.
        public var lastModified: String?

        /// Creates validators from what a cache has kept.
        public init(etag: String? = nil, lastModified: String? = nil) {
            self.etag = etag
            self.lastModified = lastModified
        }

        /// True when there is nothing to ask with.
        public var isEmpty: Bool { etag == nil && lastModified == nil }
    }

    /// A file that was downloaded.
    public struct Download: Sendable {
        /// Where it was written, mode 0600.
        public let path: String
        /// Its size in bytes.
        public let size: Int64
        /// The SHA-256 of its bytes.
        public let digest: ContentDigest
        /// Its modification time: `Last-Modified`, else 1970.
        public let modified: FileTime
        /// What to keep for the next time.
        public let validators: Validators
    }

    /// How a fetch ended.
    public enum Outcome: Sendable {
        case downloaded(Download)
        /// The server says that what the validators are about is still current. Nothing was written.
        case unchanged
    }

    /// True for the URLs that `ADD` downloads: http and https, unless they name a git repository.
    public static func isRemoteFile(_ source: String) -> Bool {
        guard source.hasPrefix("http://") || source.hasPrefix("https://") else { return false }
        do {
            return try GitReference.parse(source) == nil
        } catch {
            // A git URL with a bad query is no file either.
            return false
        }
    }

    /// The name that `ADD` gives a downloaded file when the destination ends with a slash: the last component of the
    /// URL's path, unescaped, or `__unnamed__`. Headers of the response do not count, so that the name is known before.
    public static func fileName(_ url: String) -> String {
        guard let name = RemoteURL(url)?.fileName, name != ".." else { return "__unnamed__" }
        return name.contains(where: { $0 == "\0" }) ? "__unnamed__" : name
    }

    /// Downloads a file.
    ///
    /// Redirects are followed, a proxy of the environment is used, and a user in the URL becomes basic authentication.
    ///
    /// - Parameters:
    ///   - url: an http or https URL.
    ///   - checksum: what the content must be; another is an error, and no file is left.
    ///   - path: where to write; replaced when it exists.
    ///   - validators: of an earlier download, to have ``Outcome/unchanged`` when it still holds.
    ///   - credentials: secrets for the host, used when the URL names no user.
    /// - Throws: ``BuildContextError`` with the URL redacted, or `CancellationError`.
    public static func fetch(
        _ url: String, checksum: Checksum? = nil, to path: String, validators: Validators = Validators(),
        credentials: SourceCredentials = .none
    ) async throws -> Outcome {
        guard let target = RemoteURL(url), ["http", "https"].contains(target.scheme), !target.authority.isEmpty else {
            throw BuildContextError.badURL(url: RemoteURL.redacted(url))
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: HTTPProxy.configuration(for: target))
        do {
            let authorization = authorization(for: target, credentials)
            let outcome = try await fetch(target, url, authorization, checksum, path, validators, client)
            try? await client.shutdown()
            return outcome
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private static func fetch(
        _ target: RemoteURL, _ url: String, _ authorization: String?, _ checksum: Checksum?, _ path: String,
        _ validators: Validators, _ client: HTTPClient
    ) async throws -> Outcome {
        var request = HTTPClientRequest(url: target.requestText)
        request.headers.add(name: "User-Agent", value: "whittle")
        request.headers.add(name: "Accept", value: "*/*")
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        if let etag = validators.etag { request.headers.add(name: "If-None-Match", value: etag) }
        if let date = validators.lastModified { request.headers.add(name: "If-Modified-Since", value: date) }

        let response = try await respond(to: request, client, url)
        let found = Validators(
            etag: response.headers.first(name: "ETag").map { $0.hasPrefix("W/") ? String($0.dropFirst(2)) : $0 },
            lastModified: response.headers.first(name: "Last-Modified"))
        let status = Int(response.status.code)
        if status == 304 && !validators.isEmpty { return .unchanged }
        guard (200..<300).contains(status) else {
            throw BuildContextError.badStatus(url: RemoteURL.redacted(url), status: status)
        }
        // Some servers answer in full though nothing has changed.
        if let etag = found.etag, etag == validators.etag { return .unchanged }

        let file = try OutputFile(path)
        var stream = ChecksumStream(checksum?.algorithm ?? .sha256)
        do {
            for try await buffer in response.body {
                try buffer.withUnsafeReadableBytes { bytes in
                    stream.update(bytes)
                    try file.write(bytes)
                }
            }
        } catch let error as BuildContextError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw BuildContextError.unreachable(url: RemoteURL.redacted(url), reason: Self.reason(error))
        }
        let (digest, sum) = stream.finish()
        if let checksum, sum != checksum {
            throw BuildContextError.digestMismatch(
                url: RemoteURL.redacted(url), expected: checksum.description, found: sum.description)
        }
        let modified = FileTime(seconds: found.lastModified.flatMap(HTTPDate.seconds) ?? 0)
        try file.finish(modified: modified)
        return .downloaded(
            Download(path: path, size: file.size, digest: digest, modified: modified, validators: found))
    }

    static func authorization(for target: RemoteURL, _ credentials: SourceCredentials) -> String? {
        guard let user = target.userInfo.map({ RemoteURL.decode($0) }) else {
            return credentials.authorization(forDownload: target)
        }
        return "Basic " + Base64.encode(Array((user.contains(":") ? user : user + ":").utf8))
    }

    /// Sends the request, again when the server cannot be reached or says that it is busy.
    static func respond(
        to request: HTTPClientRequest, _ client: HTTPClient, _ url: String
    ) async throws -> HTTPClientResponse {
        var attempt = 1
        while true {
            do {
                let response = try await client.execute(request, timeout: .hours(6))
                if ![502, 503, 504].contains(Int(response.status.code)) || attempt == 3 { return response }
            } catch let error as CancellationError {
                throw error
            } catch {
                if attempt == 3 || Task.isCancelled {
                    try Task.checkCancellation()
                    throw BuildContextError.unreachable(url: RemoteURL.redacted(url), reason: reason(error))
                }
            }
            try await Task.sleep(for: .milliseconds(200 * attempt * attempt))
            attempt += 1
        }
    }

    /// What went wrong on the way, in words.
    static func reason(_ error: any Error) -> String {
        let text = "\(error)"
        let known: [(String, String)] = [
            ("connectTimeout", "the connection timed out"), ("readTimeout", "the server stopped sending"),
            ("onnection refused", "connection refused"), ("NXDOMAIN", "host not found"),
            ("ame or service not known", "host not found"),
            ("remoteConnectionClosed", "the server closed the connection"),
            ("CERTIFICATE_VERIFY_FAILED", "the server's certificate is not trusted"),
            ("redirectLimitReached", "too many redirects"), ("redirectCycleDetected", "redirected in a circle"),
            ("unknown(host", "host not found"),
        ]
        return known.first { text.contains($0.0) }?.1 ?? text.split(separator: "\n").first.map(String.init) ?? "failed"
    }
}
