import AsyncHTTPClient
import Glibc

extension RemoteFile {
    /// Downloads a large file. What an earlier attempt has got of it is kept, and continued when the server says that the
    /// file is still the same.
    ///
    /// - Parameters:
    ///   - url: an http or https URL.
    ///   - path: where to write; `path` with `.part` and `.tag` behind it belong to the download, too.
    ///   - validators: of an earlier download, to have nil when it still holds.
    /// - Returns: what to keep for the next time; nil when nothing has changed. No file is written then.
    /// - Throws: ``BuildContextError`` with the URL redacted, or `CancellationError`.
    public static func fetchResuming(
        _ url: String, to path: String, validators: Validators = Validators()
    ) async throws -> Validators? {
        guard let target = RemoteURL(url), ["http", "https"].contains(target.scheme), !target.authority.isEmpty else {
            throw BuildContextError.badURL(url: RemoteURL.redacted(url))
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: HTTPProxy.configuration(for: target))
        let download = PartialDownload(path: path)
        do {
            var attempt = 1
            while true {
                do {
                    let result = try await continued(download, target, url, validators, client)
                    try? await client.shutdown()
                    return result
                } catch BuildContextError.unreachable(let place, let reason) {
                    // What has come so far is not lost.
                    guard attempt < 3 else { throw BuildContextError.unreachable(url: place, reason: reason) }
                    attempt += 1
                }
            }
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private static func continued(
        _ download: PartialDownload, _ target: RemoteURL, _ url: String, _ validators: Validators, _ client: HTTPClient
    ) async throws -> Validators? {
        var request = HTTPClientRequest(url: target.requestText)
        request.headers.add(name: "User-Agent", value: "whittle")
        request.headers.add(name: "Accept", value: "*/*")
        if let authorization = authorization(for: target, .none) {
            request.headers.add(name: "Authorization", value: authorization)
        }
        let (present, tag) = download.state
        if present > 0, let tag {
            request.headers.add(name: "Range", value: "bytes=\(present)-")
            request.headers.add(name: "If-Range", value: tag)
        } else {
            if let etag = validators.etag { request.headers.add(name: "If-None-Match", value: etag) }
            if let date = validators.lastModified { request.headers.add(name: "If-Modified-Since", value: date) }
        }
        let response = try await respond(to: request, client, url)
        let etag = response.headers.first(name: "ETag")
        let found = Validators(
            etag: etag.map { $0.hasPrefix("W/") ? String($0.dropFirst(2)) : $0 },
            lastModified: response.headers.first(name: "Last-Modified"))
        let start: Int64
        switch response.status.code {
        case 304 where !validators.isEmpty: return nil
        case 206 where response.headers.first(name: "Content-Range")?.hasPrefix("bytes \(present)-") == true:
            start = present
        case 416 where present > 0:
            // What is there does not fit any more.
            try download.forget()
            return try await continued(download, target, url, validators, client)
        case 200:
            start = 0
            // A weak tag does not promise the same bytes.
            try download.begin(tag: etag?.hasPrefix("W/") == false ? etag : found.lastModified)
        default:
            throw BuildContextError.badStatus(url: RemoteURL.redacted(url), status: Int(response.status.code))
        }
        do {
            try download.open(at: start)
            defer { download.close() }
            for try await buffer in response.body {
                try buffer.withUnsafeReadableBytes { try download.write($0) }
            }
        } catch let error as BuildContextError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw BuildContextError.unreachable(url: RemoteURL.redacted(url), reason: reason(error))
        }
        try download.finish()
        return found
    }
}

/// A file that has come in part, and the server's tag for the whole of it beside it.
private final class PartialDownload {
    private let path: String
    private var descriptor: Int32 = -1
    private var part: String { path + ".part" }
    private var tagFile: String { path + ".tag" }

    init(path: String) { self.path = path }

    deinit { close() }

    /// How much is there, and of what.
    var state: (size: Int64, tag: String?) {
        var status = stat()
        guard stat(part, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return (0, nil) }
        guard let file = fopen(tagFile, "re") else { return (0, nil) }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = fread(&buffer, 1, buffer.count, file)
        let tag = String(decoding: buffer[..<count], as: UTF8.self)
        return (Int64(status.st_size), tag.isEmpty ? nil : tag)
    }

    /// Starts from nothing.
    func begin(tag: String?) throws {
        try forget()
        guard let tag, let file = fopen(tagFile, "we") else { return }
        let bytes = Array(tag.utf8)
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    func forget() throws {
        for name in [part, tagFile] where unlink(name) != 0 && errno != ENOENT {
            throw BuildContextError.unwritable(path: name, code: errno)
        }
    }

    func open(at start: Int64) throws {
        descriptor = Glibc.open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, lseek(descriptor, off_t(start), SEEK_SET) >= 0 else {
            throw BuildContextError.unwritable(path: part, code: errno)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw BuildContextError.unwritable(path: part, code: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Puts the whole in its place.
    func finish() throws {
        guard rename(part, path) == 0 else { throw BuildContextError.unwritable(path: path, code: errno) }
        unlink(tagFile)
    }
}
